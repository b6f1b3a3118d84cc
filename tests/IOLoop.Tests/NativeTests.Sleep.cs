using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests;

/// <summary>What happens just before a loop sleeps: while it sets the timer of its clock.</summary>
public abstract partial class NativeTests
{
    // Row: Clock
    [Fact]
    public void A_clock_that_reaches_the_deadline_while_its_timer_is_being_set_makes_the_timeout_due()
    {
        var clock = UseHookedClock();
        int ran = 0;
        Loop.CallLater(Hour, () => ran++);
        clock.OnChange = left =>
        {
            if (left > TimeSpan.Zero)
                clock.Advance(left);
        };
        Guarded("a turn that must not sleep", () => Loop.RunOnce(Hour).ShouldBe(1));
        ran.ShouldBe(1);
    }

    // Row: Stop from another thread
    [Fact]
    public void A_stop_just_before_the_sleep_is_not_slept_over() => DoesNotSleepOver(() => Loop.Stop());

    [Fact]
    public void A_removal_by_another_thread_just_before_the_sleep_is_not_slept_over()
    {
        int number = NewEventFd().Number;
        var removal = Task.CompletedTask;
        DoesNotSleepOver(() => removal = Loop.RemoveHandlerAsync(number).AsTask());
        Loop.RunOnce(TimeSpan.Zero);
        Bounded.Await(removal, "the removal");
    }

    [Fact]
    public void A_callback_of_another_thread_just_before_the_sleep_is_not_slept_over() =>
        DoesNotSleepOver(() => Loop.AddCallback(() => { }));

    /// <summary>Has another thread do something when the loop has decided to sleep, and not begun to.</summary>
    private void DoesNotSleepOver(Action act)
    {
        var clock = UseHookedClock();
        int acts = 0;
        Loop.CallLater(Hour, () => { });
        Loop.RunOnce(TimeSpan.Zero); // takes the wake of the timeout that was added
        clock.OnChange = left =>
        {
            if (left > TimeSpan.Zero && acts++ == 0)
                OtherThread.Run(act);
        };
        Guarded("a turn that must not sleep", () => Loop.RunOnce(Timeout.InfiniteTimeSpan));
        acts.ShouldBeGreaterThan(0);
        clock.OnChange = null;
    }

    private NativeHookedClock UseHookedClock()
    {
        var clock = new NativeHookedClock();
        NewLoop(options => options.TimeProvider = clock);
        return clock;
    }
}
