using System.Diagnostics;

namespace IOLoops.Tests.Hosting;

/// <summary>A strict host whose timers are odd.</summary>
internal sealed class OddTimerHost(StrictHost host, TimerKind kind) : IHostClock, IHostThread
{
    public bool IsOnHostThread => kind != TimerKind.OnItsOwnThread && host.IsOnHostThread;

    public LoopTime Now => new(Stopwatch.GetElapsedTime(0).Ticks);

    public DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

    public void Post(Action turn) => host.Post(turn);

    public IDisposable PostAfter(TimeSpan delay, Action turn)
    {
        double milliseconds = kind switch
        {
            TimerKind.Early => delay.TotalMilliseconds / 2,
            TimerKind.Late => delay.TotalMilliseconds + 30,
            _ => delay.TotalMilliseconds,
        };
        var timer = new Timer(_ => OnDue(turn), null, (long)milliseconds, Timeout.Infinite);
        return kind switch
        {
            TimerKind.NotCancelled => new MemoryStream(),
            TimerKind.FailsToCancel => new FailingTimer(timer),
            _ => timer,
        };
    }

    private void OnDue(Action turn)
    {
        if (kind == TimerKind.OnItsOwnThread)
        {
            turn();
            return;
        }
        host.PostOwn(turn);
        if (kind == TimerKind.Twice)
            host.PostOwn(turn);
    }

    private sealed class FailingTimer(Timer timer) : IDisposable
    {
        public void Dispose()
        {
            timer.Dispose();
            throw new NotSupportedException("cannot be cancelled");
        }
    }
}
