using System.Reactive.Concurrency;
using IOLoops.Rx;

namespace IOLoops.Samples;

/// <summary>Everything in this program that knows which loop it runs on.</summary>
internal static class LoopKinds
{
    internal static IReadOnlyList<LoopKind> All { get; } = [new("poll", RunPoll), new("rx", RunRx)];

    /// <exception cref="ExitException">There is none of this name.</exception>
    internal static LoopKind Find(string name) =>
        All.FirstOrDefault(kind => kind.Name == name) ?? throw new ExitException(
            ExitException.WrongUsage, $"unknown loop '{name}'; there is: {string.Join(", ", All.Select(kind => kind.Name))}");

    private static void RunPoll(Action<IOLoop> program)
    {
        using var loop = new PollIOLoop();
        program(loop);
    }

    // The scheduler goes last: it is the loop's host, and not the loop's to dispose.
    private static void RunRx(Action<IOLoop> program)
    {
        using var scheduler = new EventLoopScheduler(start => new Thread(start) { Name = "rx", IsBackground = true });
        using var loop = new RxIOLoop(scheduler);
        program(loop);
    }
}
