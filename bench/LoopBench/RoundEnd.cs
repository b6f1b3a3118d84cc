namespace LoopBench;

/// <summary>The end of a round: noted on the loop's thread, waited for on another.</summary>
internal sealed class RoundEnd
{
    private readonly object _gate = new();
    private bool _reached; // guarded by _gate

    /// <summary>When it was reached; read it after <see cref="Wait"/>.</summary>
    internal long Time { get; private set; }

    internal void Reset()
    {
        lock (_gate)
            _reached = false;
    }

    internal void Reach()
    {
        Time = Measurement.Now;
        lock (_gate)
        {
            _reached = true;
            Monitor.PulseAll(_gate);
        }
    }

    internal void Wait()
    {
        lock (_gate)
        {
            while (!_reached)
                Monitor.Wait(_gate);
        }
    }
}
