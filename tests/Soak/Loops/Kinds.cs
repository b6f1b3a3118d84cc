using System.Reactive.Concurrency;
using IOLoops;
using IOLoops.Rx;
using IOLoops.VsThreading;
using Microsoft.Extensions.Logging;
using Microsoft.VisualStudio.Threading;

namespace Soak.Loops;

/// <summary>The kinds of loops that are worked.</summary>
internal static class Kinds
{
    internal static IReadOnlyList<Kind> All { get; } =
    [
        new Kind("poll-epoll", (log, life) => Native(log, life, PollerKind.Epoll)),
        new Kind("poll-poll", (log, life) => Native(log, life, PollerKind.Poll), IsPoll: true),
        new Kind("rx", OnEventLoopScheduler, HasHost: true),
        new Kind("rx-pool", OnPoolScheduler),
        new Kind("sync", (log, life) => InContext(log, life, PollerKind.Epoll), HasHost: true),
        new Kind("jtf", OnMainThread, HasHost: true, CanNest: true),
        new Kind("nested", InsideNative),
        new Kind("hosted-poll", (log, life) => InContext(log, life, PollerKind.Poll), IsPoll: true, HasHost: true),
    ];

    private static NativeSubject Native(ILoggerFactory log, long life, PollerKind poller, string name = "soak") => new(new PollIOLoopOptions
    {
        Name = name,
        LoggerFactory = log,
        Poller = poller,
        Waker = life % 2 == 0 ? WakerKind.EventFd : WakerKind.Pipe,
    });

    private static HostedSubject OnEventLoopScheduler(ILoggerFactory log, long life)
    {
        Thread? thread = null;
        var scheduler = new EventLoopScheduler(start => thread = new Thread(start) { IsBackground = true, Name = "soak host" });
        return new HostedSubject(new RxIOLoop(scheduler, Options(log)), () => Thread.CurrentThread == thread, () =>
        {
            scheduler.Dispose();
            thread?.Join();
        });
    }

    private static HostedSubject OnPoolScheduler(ILoggerFactory log, long life) =>
        new(new RxIOLoop(TaskPoolScheduler.Default, Options(log)), null, static () => { });

    private static HostedSubject InContext(ILoggerFactory log, long life, PollerKind poller)
    {
        var context = new HostContext();
        return new HostedSubject(new SynchronizationContextIOLoop(context, Options(log, poller)), () => context.IsOwnThread, context.End);
    }

    private static HostedSubject OnMainThread(ILoggerFactory log, long life)
    {
        var context = new HostContext();
        var main = new JoinableTaskContext(context.Thread, context);
        return new HostedSubject(new JoinableTaskIOLoop(main.Factory, Options(log)), () => context.IsOwnThread, context.End, main.Dispose);
    }

    private static HostedSubject InsideNative(ILoggerFactory log, long life)
    {
        var native = Native(log, life, PollerKind.Epoll, "soak host");
        native.Start();
        return new HostedSubject(new RxIOLoop(native.Loop.AsScheduler(), Options(log)), () => native.IsOwnThread, () =>
        {
            native.StopAsync().Wait();
            native.Loop.Close();
        });
    }

    private static HostedIOLoopOptions Options(ILoggerFactory log, PollerKind poller = PollerKind.Epoll) =>
        new() { Name = "soak", LoggerFactory = log, Poller = poller };
}
