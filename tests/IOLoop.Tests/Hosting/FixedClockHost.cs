namespace IOLoops.Tests.Hosting;

/// <summary>A host with clocks of its own.</summary>
internal sealed class FixedClockHost : IHostClock
{
    public LoopTime Now => new(12_345);

    public DateTimeOffset UtcNow => new(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);

    public IDisposable PostAfter(TimeSpan delay, Action turn) => throw new NotSupportedException("its clock stands still");

    public void Post(Action turn) => ThreadPool.QueueUserWorkItem(_ => turn());
}
