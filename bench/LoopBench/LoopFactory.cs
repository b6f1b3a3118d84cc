using System.Reactive.Concurrency;
using IOLoops;
using IOLoops.Rx;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace LoopBench;

/// <summary>The loops that can be measured: each function makes one and has it running on a thread of its own.</summary>
internal static class LoopFactory
{
    private static readonly Dictionary<string, Func<IOLoop>> Loops = new()
    {
        ["ioloop-poll"] = () => OnOwnThread(new PollIOLoop()),
        ["ioloop-poll-watched"] = () => OnOwnThread(Watched(new PollIOLoop())),
        ["ioloop-poll-metered"] = () => OnOwnThread(Metered(new PollIOLoop())),
        ["ioloop-poll-observed"] = () => OnOwnThread(Watched(Metered(new PollIOLoop()))),
        ["ioloop-poll2"] = () => OnOwnThread(new PollIOLoop(new PollIOLoopOptions { Poller = PollerKind.Poll })),
        ["ioloop-pipe"] = () => OnOwnThread(new PollIOLoop(new PollIOLoopOptions { Waker = WakerKind.Pipe })),
        ["ioloop-rx"] = () => RxIOLoop.Attach(new EventLoopScheduler()),
        ["ioloop-sync"] = () => SynchronizationContextIOLoop.Attach(ContextThread.Start().Context),
        ["ioloop-jtf"] = () => JoinableTaskIOLoop.Attach(MainThread().Factory),
        ["ioloop-scheduler"] = () => new SchedulerLoop(OnOwnThread(new PollIOLoop())),
    };

    internal static IEnumerable<string> Names => Loops.Keys;

    internal static bool Knows(string name) => Loops.ContainsKey(name);

    internal static IOLoop Start(Options options)
    {
        var loop = Loops[options.Implementation]();
        // A failed handler would leave the run waiting for ever.
        loop.CallbackException += static (_, failure) =>
        {
            Console.Error.WriteLine(failure.Exception);
            Environment.Exit(1);
        };
        return loop;
    }

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

    /// <summary>With somebody who listens to all that is measured, and adds it up.</summary>
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
