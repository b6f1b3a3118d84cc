using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: AddCallback against Close
    [Fact]
    public void A_timer_that_is_disposed_while_its_loop_does_not_run_leaves_nothing_behind()
    {
        using (var source = new CancellationTokenSource(Hour, Loop.TimeProvider))
            Loop.ToString().ShouldContain("1 timeout,");
        Loop.ToString().ShouldContain("0 timeouts, 0 callbacks");
        Loop.Close();
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void A_timer_that_is_disposed_after_its_loop_has_run_leaves_nothing_behind()
    {
        ITimer timer = null!;
        InLoop(() => timer = Loop.TimeProvider.CreateTimer(_ => { }, null, Hour, Hour));
        OtherThread.Run(timer.Dispose);
        Loop.ToString().ShouldContain("0 timeouts, 0 callbacks");
        Loop.Close();
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void A_timer_that_is_disposed_too_late_for_its_loop_s_last_turn_is_not_reported_as_missed()
    {
        var timer = Loop.TimeProvider.CreateTimer(_ => { }, null, Hour, Hour);
        InLoop(() => OtherThread.Run(timer.Dispose));
        Loop.Close();
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void A_timer_that_is_changed_while_its_loop_does_not_run_fires_in_the_next_run()
    {
        int fired = 0;
        using var timer = Loop.TimeProvider.CreateTimer(_ =>
        {
            fired++;
            Loop.Stop();
        }, null, Hour, Timeout.InfiniteTimeSpan);
        InLoop(() => { });
        OtherThread.Run(() => timer.Change(Moment, Timeout.InfiniteTimeSpan).ShouldBeTrue());
        Run("the timer");
        fired.ShouldBe(1);
    }

    [Fact]
    public void A_timer_that_many_threads_change_while_its_loop_does_not_run_fires_once()
    {
        int fired = 0;
        using var timer = Loop.TimeProvider.CreateTimer(_ => fired++, null, Hour, Timeout.InfiniteTimeSpan);
        var threads = Enumerable.Range(0, 4).Select(_ => OtherThread.Start(() =>
        {
            for (int i = 0; i < 100; i++)
                timer.Change(Moment, Timeout.InfiniteTimeSpan);
        })).ToList();
        threads.ForEach(thread => thread.Join());
        Loop.ToString().ShouldContain("1 timeout,");
        Loop.CallLater(Moment * 4, () => AfterTurns(3, Loop.Stop));
        Run("a later timeout");
        fired.ShouldBe(1);
    }
}
