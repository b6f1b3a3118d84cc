using IOLoops;
using IOLoops.Conformance;

/// <summary>Loops in a queue.</summary>
public sealed class QueueFixture : LoopFixture
{
    private readonly List<QueueHost> _hosts = [];   // guarded by itself

    public override string Name => "a queue";

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var host = new QueueHost();
        lock (_hosts)
            _hosts.Add(host);
        return new HostedIOLoop(host, HostedOptions.From(options));
    }

    protected override void Dispose(bool disposing)
    {
        lock (_hosts)
            _hosts.ForEach(host => host.Dispose());
    }
}

public sealed class A_loop_in_a_queue() : LoopConformance(new QueueFixture());
