using IOLoops;

namespace Faults;

/// <summary>A loop in a context that its host pumps. Over epoll it sleeps on the shared thread, over poll on one of its own.</summary>
internal sealed class HostedSubject : Subject
{
    private readonly PumpedHost _host = new();

    internal HostedSubject(Trial trial, PollerKind poller)
        : base(trial)
    {
        try
        {
            var options = new HostedIOLoopOptions { Name = "faults loop", Poller = poller, LoggerFactory = trial };
            var loop = _host.Call(() => SynchronizationContextIOLoop.Attach(_host.Context, options));
            Loop = loop;
            Run = loop.Completion;
        }
        catch
        {
            _host.Dispose();
            throw;
        }
    }

    internal override IOLoop Loop { get; }

    internal override Task Run { get; }

    protected override void CloseLoop()
    {
        base.CloseLoop();
        _host.Dispose();
    }
}
