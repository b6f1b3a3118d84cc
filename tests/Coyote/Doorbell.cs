namespace IOLoops.Coyote;

/// <summary>What a native loop sleeps on: a ring ends the current or the next sleep. A ring that never comes is a deadlock, which Coyote reports.</summary>
internal sealed class Doorbell
{
    private readonly object _gate = new();
    private bool _rung;

    internal void Ring()
    {
        lock (_gate)
        {
            _rung = true;
            Monitor.Pulse(_gate);
        }
    }

    internal void Sleep()
    {
        lock (_gate)
        {
            while (!_rung)
                Monitor.Wait(_gate);
            _rung = false;
        }
    }
}
