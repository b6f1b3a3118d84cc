namespace LoopBench;

/// <summary>The same by System.Threading.Timer.</summary>
internal sealed class TimersAtRest : RestSubject
{
    private Timer?[] _timers = [];

    internal override int Prepare(int wanted)
    {
        _timers = new Timer[wanted];
        return wanted;
    }

    internal override void Make(int index) =>
        _timers[index] = new Timer(static _ => { }, null, TimeSpan.FromHours(1) + TimeSpan.FromMilliseconds(index), Timeout.InfiniteTimeSpan);

    internal override void End()
    {
        foreach (var timer in _timers)
            timer?.Dispose();
    }
}
