using Microsoft.Extensions.Time.Testing;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>A clock that stands still until the test advances it, and says when something waits by it.</summary>
internal sealed class SteppedTime : FakeTimeProvider
{
    private readonly SemaphoreSlim _timers = new(0);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timers.Release();
        return timer;
    }

    /// <summary>Waits until one more timer was made.</summary>
    internal Task<bool> NextTimer() => _timers.WaitAsync(TestHost.Patience);
}
