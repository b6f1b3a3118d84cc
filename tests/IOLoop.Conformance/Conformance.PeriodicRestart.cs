using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: PeriodicCallback
    [Fact]
    public void A_periodic_callback_that_is_started_again_during_its_call_waits_for_its_end()
    {
        int begun = 0;
        int running = 0;
        int most = 0;
        var gate = new TaskCompletionSource();
        PeriodicCallback periodic = null!;
        periodic = new PeriodicCallback(async () =>
        {
            most = Math.Max(most, ++running);
            if (++begun == 1)
            {
                Loop.AddCallback(RestartAndLetTicksPass);
                await gate.Task;
            }
            if (begun == 3)
                Loop.Stop();
            running--;
        }, Moment, Loop);
        periodic.Start();
        Run("two ticks after a restart");
        periodic.Dispose();
        begun.ShouldBe(3);
        most.ShouldBe(1);

        void RestartAndLetTicksPass()
        {
            periodic.Stop();
            periodic.Start();
            Loop.CallLater(Moment * 6, () =>
            {
                begun.ShouldBe(1);
                gate.SetResult();
            });
        }
    }

    [Fact]
    public void A_periodic_callback_that_is_started_again_by_its_call_ticks_once_a_period()
    {
        var ticks = new List<LoopTime>();
        PeriodicCallback periodic = null!;
        periodic = new PeriodicCallback(async () =>
        {
            ticks.Add(Loop.Time);
            periodic.Stop();
            periodic.Start();
            await Turns(1);
            if (ticks.Count == 4)
                Loop.Stop();
        }, Moment, Loop);
        periodic.Start();
        Run("four ticks, each of a run of its own");
        periodic.Stop();
        for (int i = 1; i < ticks.Count; i++)
            (ticks[i] - ticks[i - 1]).ShouldBeGreaterThanOrEqualTo(Moment);
    }

    [Fact]
    public void A_periodic_callback_that_is_stopped_again_during_an_earlier_call_does_not_tick_at_its_end()
    {
        int begun = 0;
        var gate = new TaskCompletionSource();
        PeriodicCallback periodic = null!;
        periodic = new PeriodicCallback(async () =>
        {
            begun++;
            periodic.Stop();
            periodic.Start();
            Loop.CallLater(Moment * 3, () =>
            {
                periodic.Stop();
                gate.SetResult();
                Loop.CallLater(Moment * 4, Loop.Stop);
            });
            await gate.Task;
        }, Moment, Loop);
        periodic.Start();
        Run("a timeout after the last stop");
        periodic.IsRunning.ShouldBeFalse();
        begun.ShouldBe(1);
    }

    // Row: Nested turns
    [Fact]
    public void A_periodic_callback_that_is_started_again_and_runs_turns_is_not_called_inside_itself()
    {
        SkipUnless(Fixture.IsPumpable, "its turns do not nest");
        int begun = 0;
        int running = 0;
        int most = 0;
        PeriodicCallback periodic = null!;
        periodic = new PeriodicCallback(() =>
        {
            most = Math.Max(most, ++running);
            if (++begun == 1)
            {
                periodic.Stop();
                periodic.Start();
                Loop.RunSync(() => Task.Delay(Moment * 3, Loop.TimeProvider));
            }
            else
            {
                Loop.Stop();
            }
            running--;
        }, Moment, Loop);
        periodic.Start();
        Run("a tick after one that ran turns");
        periodic.Stop();
        most.ShouldBe(1);
    }

    [Fact]
    public void A_periodic_callback_that_is_disposed_of_is_stopped()
    {
        int ticks = 0;
        using (var periodic = new PeriodicCallback(() => ticks++, Moment, Loop))
        {
            periodic.Start();
            periodic.Dispose();
            periodic.IsRunning.ShouldBeFalse();
        }
        Loop.CallLater(Moment * 4, Loop.Stop);
        Run("a later timeout");
        ticks.ShouldBe(0);
    }
}
