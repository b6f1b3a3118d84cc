using IOLoops.Timeouts;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

/// <summary>The timer by which a clock of the user's wakes the loop at the earliest deadline.</summary>
public sealed class TimeProviderClockTests : IDisposable
{
    private readonly NativeHookedClock _provider = new();
    private readonly TimeProviderClock _clock;
    private readonly long _deadline;
    private int _wakes;

    public TimeProviderClockTests()
    {
        _clock = new TimeProviderClock(_provider, () => _wakes++);
        _deadline = _clock.Now + TimeSpan.TicksPerHour;
    }

    // Row: Clock
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void The_loop_is_woken_at_its_deadline_though_the_clock_moves_while_the_timer_is_being_set(int moves)
    {
        _provider.OnChange = left =>
        {
            if (moves-- > 0)
                _provider.Advance(left / 2);
        };
        _clock.PrepareWait(_deadline).ShouldBeLessThan(0, "the timer wakes the loop");
        var left = TimeSpan.FromTicks(_deadline - _clock.Now);
        _provider.Advance(left - TimeSpan.FromTicks(1));
        _wakes.ShouldBe(0);
        _provider.Advance(TimeSpan.FromTicks(1));
        _wakes.ShouldBe(1);
    }

    [Fact]
    public void A_deadline_that_comes_while_the_timer_is_being_set_is_not_waited_for()
    {
        _provider.OnChange = _provider.Advance;
        _clock.PrepareWait(_deadline).ShouldBe(0);
    }

    public void Dispose()
    {
        _provider.OnChange = null;
        _clock.Dispose();
    }
}
