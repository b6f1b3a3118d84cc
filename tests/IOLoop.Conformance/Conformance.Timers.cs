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
    public void A_timer_that_another_thread_has_changed_does_not_fire_at_its_old_time_though_it_is_due_in_this_turn()
    {
        int fired = 0;
        ITimer timer = null!;
        InLoop(() =>
        {
            Loop.CallLater(TimeSpan.Zero, () => OtherThread.Run(() => timer.Change(Hour, Timeout.InfiniteTimeSpan).ShouldBeTrue()));
            timer = Loop.TimeProvider.CreateTimer(_ => fired++, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        });
        RunTurns(5);
        fired.ShouldBe(0);
        timer.Dispose();
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
