using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    [Fact]
    public void A_timer_without_a_period_fires_once()
    {
        var fired = new List<string>();
        using var zero = Loop.TimeProvider.CreateTimer(_ => fired.Add("zero"), null, Moment, TimeSpan.Zero);
        using var infinite = Loop.TimeProvider.CreateTimer(_ => fired.Add("infinite"), null, Moment, Timeout.InfiniteTimeSpan);
        Loop.CallLater(Moment * 2, () => AfterTurns(3, Loop.Stop));
        Run("a later timeout");
        fired.ShouldBe(["zero", "infinite"], ignoreOrder: true);
    }

    [Fact]
    public void A_timer_of_a_closed_loop_can_be_changed_and_disposed_of_in_vain()
    {
        using var changed = Loop.TimeProvider.CreateTimer(_ => Assert.Fail("it fired"), null, Hour, Hour);
        var disposed = Loop.TimeProvider.CreateTimer(_ => Assert.Fail("it fired"), null, Hour, Hour);
        RunTurns(1);
        Loop.Close();
        changed.Change(TimeSpan.Zero, Hour).ShouldBeFalse();
        disposed.Dispose();
        using var late = Loop.TimeProvider.CreateTimer(_ => Assert.Fail("it fired"), null, TimeSpan.Zero, Hour);
    }
}
