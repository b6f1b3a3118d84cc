namespace IOLoops.Hosting;

/// <summary>A timer of the system that posts to a host: for hosts without timers of their own.</summary>
internal sealed class HostTimer : IDisposable
{
    private readonly ILoopHost _host;
    private readonly Action _turn;
    private readonly Timer _timer;

    internal HostTimer(ILoopHost host, TimeSpan delay, Action turn)
    {
        _host = host;
        _turn = turn;
        // Whole milliseconds, cut off: rounded up, for it would come before its time and be asked for again and again.
        long milliseconds = (delay.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        bool flows = !ExecutionContext.IsFlowSuppressed();
        if (flows)
            ExecutionContext.SuppressFlow();
        _timer = new Timer(static timer => ((HostTimer)timer!).OnDue(), this, Timeout.Infinite, Timeout.Infinite);
        if (flows)
            ExecutionContext.RestoreFlow();
        _timer.Change(milliseconds, Timeout.Infinite); // not before _timer is set
    }

    public void Dispose() => _timer.Dispose();

    private void OnDue()
    {
        try
        {
            _host.Post(_turn);
        }
        catch (Exception exception)
        {
            // The host has gone. On the pool's thread nobody but the loop would care.
            if (_turn.Target is TurnDriver driver)
                driver.OnTimerFailed(exception);
        }
    }
}
