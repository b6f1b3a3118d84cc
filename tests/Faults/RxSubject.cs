using System.Reactive.Concurrency;
using IOLoops;
using IOLoops.Rx;

namespace Faults;

/// <summary>A loop on an Rx scheduler that has a thread of its own.</summary>
internal sealed class RxSubject : Subject
{
    private readonly EventLoopScheduler _scheduler = new(static start => new Thread(start) { IsBackground = true, Name = "faults scheduler" });

    internal RxSubject(Trial trial)
        : base(trial)
    {
        try
        {
            var loop = RxIOLoop.Attach(_scheduler, new HostedIOLoopOptions { Name = "faults loop", Poller = PollerKind.Epoll, LoggerFactory = trial });
            Loop = loop;
            Run = loop.Completion;
        }
        catch
        {
            _scheduler.Dispose();
            throw;
        }
    }

    internal override IOLoop Loop { get; }

    internal override Task Run { get; }

    protected override void CloseLoop()
    {
        base.CloseLoop();
        _scheduler.Dispose();
    }
}
