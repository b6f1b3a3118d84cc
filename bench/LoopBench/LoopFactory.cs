using System.Reactive.Concurrency;
using IOLoops;
using IOLoops.Rx;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace LoopBench;

/// <summary>The loops that can be measured: each function makes one and has it running on a thread of its own.</summary>
internal static class LoopFactory
{
    internal const string PollerOption = "poller";

    private static readonly Dictionary<string, Func<PollerKind, IOLoop>> Loops = new()
    {
        ["ioloop-poll"] = static poller => OnOwnThread(NewPoll(poller)),
        ["ioloop-poll-watched"] = static poller => OnOwnThread(Watched(NewPoll(poller))),
        ["ioloop-poll-metered"] = static poller => OnOwnThread(Metered(NewPoll(poller))),
        ["ioloop-poll-observed"] = static poller => OnOwnThread(Watched(Metered(NewPoll(poller)))),
        ["ioloop-poll2"] = static _ => OnOwnThread(NewPoll(PollerKind.Poll)),
        ["ioloop-pipe"] = static poller => OnOwnThread(new PollIOLoop(new PollIOLoopOptions { Poller = poller, Waker = WakerKind.Pipe })),
        ["ioloop-rx"] = static poller => RxIOLoop.Attach(new EventLoopScheduler(), Hosted(poller)),
        ["ioloop-sync"] = static poller => SynchronizationContextIOLoop.Attach(ContextThread.Start().Context, Hosted(poller)),
        ["ioloop-jtf"] = static poller => JoinableTaskIOLoop.Attach(MainThread().Factory, Hosted(poller)),
        ["ioloop-scheduler"] = static poller => new SchedulerLoop(OnOwnThread(NewPoll(poller))),
    };

    internal static IEnumerable<string> Names => Loops.Keys;

    internal static bool Knows(string name) => Loops.ContainsKey(name);

    internal static IOLoop Start(Options options)
    {
        var loop = Loops[options.Implementation](PollerOf(options));
        // After a failed handler the run would wait without end.
        loop.CallbackException += static (_, failure) => Program.Fail(failure.Exception);
        return loop;
    }

    private static PollerKind PollerOf(Options options)
    {
        string name = options.Text(PollerOption, "default");
        return Enum.TryParse<PollerKind>(name, ignoreCase: true, out var kind) && Enum.IsDefined(kind)
            ? kind
            : throw new NotAnsweredException(
                $"There is no poller '{name}'. Use --{PollerOption} with one of: {string.Join(", ", Enum.GetNames<PollerKind>()).ToLowerInvariant()}.");
    }

    private static PollIOLoop NewPoll(PollerKind poller) => new(new PollIOLoopOptions { Poller = poller });

    private static HostedIOLoopOptions Hosted(PollerKind poller) => new() { Poller = poller };

    private static JoinableTaskContext MainThread()
    {
        var (thread, context) = ContextThread.Start();
        return new JoinableTaskContext(thread, context);
    }

    /// <summary>With a threshold for what blocks it.</summary>
    private static PollIOLoop Watched(PollIOLoop loop)
    {
        loop.SetBlockingLogThreshold(TimeSpan.FromSeconds(1));
        return loop;
    }

    /// <summary>With a listener to all that is measured, which adds it up.</summary>
    private static PollIOLoop Metered(PollIOLoop loop)
    {
        MeterTotals.Listen();
        return loop;
    }

    private static PollIOLoop OnOwnThread(PollIOLoop loop)
    {
        new Thread(loop.Start) { IsBackground = true, Name = "loop" }.Start();
        return loop;
    }
}
