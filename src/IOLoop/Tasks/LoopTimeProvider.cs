namespace IOLoops.Tasks;

/// <summary>A loop's clock as a <see cref="TimeProvider"/>: timers fire on the loop.</summary>
internal sealed class LoopTimeProvider(IOLoop loop) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => loop.Time.Ticks;

    public override DateTimeOffset GetUtcNow() => loop.WallClock.ToUniversalTime();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new LoopTimer(loop, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
