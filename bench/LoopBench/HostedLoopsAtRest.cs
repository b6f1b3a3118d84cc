using IOLoops;

namespace LoopBench;

/// <summary>Loops hosted by one thread's SynchronizationContext, attached and asleep.</summary>
internal sealed class HostedLoopsAtRest : RestSubject
{
    private readonly SynchronizationContext _context = ContextThread.Start().Context;
    private readonly List<IOLoop> _made = [];

    internal override int Prepare(int wanted)
    {
        int count = WithinLimit(wanted, 3);
        _made.EnsureCapacity(count);
        return count;
    }

    internal override void Make(int index) => _made.Add(SynchronizationContextIOLoop.Attach(_context));

    internal override void End() => Task.WaitAll([.. _made.Select(static loop => loop.DisposeAsync().AsTask())]);
}
