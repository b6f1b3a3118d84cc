using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: RunSync timeout
    [Fact]
    public void RunSync_runs_a_function_on_the_loop_and_returns_its_result()
    {
        bool onLoop = false;
        Guarded("RunSync of an action", () => Loop.RunSync(() => { onLoop = Loop.IsOnLoopThread; }));
        onLoop.ShouldBeTrue();
        int result = 0;
        Guarded("RunSync of a function", () => result = Loop.RunSync(() => 42));
        result.ShouldBe(42);
        Guarded("RunSync of a task", () => result = Loop.RunSync(async () =>
        {
            await Turns(2);
            Loop.IsOnLoopThread.ShouldBeTrue();
            return 43;
        }));
        result.ShouldBe(43);
        Guarded("RunSync of a task without a result", () => Loop.RunSync(async () =>
        {
            await Turns(2);
            result = 44;
        }));
        result.ShouldBe(44);
        Loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void RunSync_rethrows_the_original_exception_with_its_stack()
    {
        Guarded("four failures", () =>
        {
            HasOriginalStack(() => Loop.RunSync(ThrowDeepInside));
            HasOriginalStack(() => Loop.RunSync(ThrowDeepInsideFunction));
            HasOriginalStack(() => Loop.RunSync(ThrowDeepInsideTask));
            HasOriginalStack(() => Loop.RunSync(async () =>
            {
                await Turns(1);
                ThrowDeepInside();
            }));
            HasOriginalStack(() => Loop.RunSync(async () =>
            {
                await Turns(1);
                return ThrowDeepInsideFunction();
            }));
        });
        Failures.All.ShouldBeEmpty();
        InLoop(() => { });
    }

    [Fact]
    public void RunSync_that_takes_too_long_times_out_and_leaves_the_loop_usable()
    {
        SkipUnless(!Fixture.UsesVirtualTime, "no thread moves the clock meanwhile");
        var never = new TaskCompletionSource<int>();
        Guarded("a timeout", () => Should.Throw<TimeoutException>(() => Loop.RunSync(() => (Task)never.Task, Moment)));
        Guarded("a timeout", () => Should.Throw<TimeoutException>(() => _ = Loop.RunSync(() => never.Task, Moment)));
        Bounded.Until(() => !Loop.IsRunning, "the last turn of a slow host has ended");
        int result = 0;
        Guarded("a later run", () => result = Loop.RunSync(() => 42, Patience));
        result.ShouldBe(42);
    }

    [Fact]
    public void RunSync_waits_for_the_end_of_a_call_that_another_one_has_given_up()
    {
        SkipUnless(!Fixture.UsesVirtualTime, "no thread moves the clock meanwhile");
        int caller = Environment.CurrentManagedThreadId;
        bool runsElsewhere = false;
        Guarded("a run", () => runsElsewhere = Loop.RunSync(() => Environment.CurrentManagedThreadId != caller));
        SkipUnless(runsElsewhere, "a call on the caller's own thread cannot be given up");
        using ManualResetEventSlim entered = new(), leave = new();
        try
        {
            while (!entered.IsSet) // on a slow host the time may be over before the function has begun
                Should.Throw<TimeoutException>(() => Loop.RunSync(Stuck, Moment));
            Loop.IsRunning.ShouldBeTrue("a call is under way");
            Should.Throw<TimeoutException>(() => Loop.RunSync(() => Assert.Fail("it was not waited for"), Moment));
        }
        finally
        {
            leave.Set();
        }
        Loop.RunSync(() => 42, Patience).ShouldBe(42);

        void Stuck()
        {
            entered.Set();
            leave.Wait(Patience).ShouldBeTrue();
        }
    }

    [Fact]
    public void RunSync_does_not_time_out_early()
    {
        SkipUnless(!Fixture.UsesVirtualTime, "no thread moves the clock meanwhile");
        var never = new TaskCompletionSource();
        var began = Loop.Time;
        Guarded("a timeout", () => Should.Throw<TimeoutException>(() => Loop.RunSync(() => never.Task, Moment * 4)));
        (Loop.Time - began).ShouldBeGreaterThanOrEqualTo(Moment * 4);
    }

    [Fact]
    public void A_late_end_of_what_timed_out_stops_no_later_run()
    {
        SkipUnless(!Fixture.UsesVirtualTime, "no thread moves the clock meanwhile");
        var late = new TaskCompletionSource();
        Guarded("a timeout", () => Should.Throw<TimeoutException>(() => Loop.RunSync(() => late.Task, Moment)));
        bool whole = false;
        Guarded("a later run", () => Loop.RunSync(async () =>
        {
            late.SetResult();
            await Turns(10);
            whole = true;
        }));
        whole.ShouldBeTrue();
    }

    [Fact]
    public void A_timeout_that_is_not_reached_stops_no_later_run()
    {
        SkipUnless(!Fixture.UsesVirtualTime, "no thread moves the clock meanwhile");
        Guarded("a run within its time", () => Loop.RunSync(() => Turns(1), TimeSpan.FromMilliseconds(300)));
        var past = Loop.Time + TimeSpan.FromMilliseconds(350);
        bool whole = false;
        Loop.CallAt(past, () =>
        {
            whole = true;
            Loop.Stop();
        });
        Run("a timeout later than the first run's limit");
        whole.ShouldBeTrue();
    }

    [Fact]
    public void RunSync_refuses_a_timeout_that_is_not_positive()
    {
        int ran = 0;
        foreach (var timeout in new[] { TimeSpan.Zero, TimeSpan.FromTicks(-1), TimeSpan.MinValue })
        {
            Should.Throw<ArgumentOutOfRangeException>(() => Loop.RunSync(() => { ran++; }, timeout));
            Should.Throw<ArgumentOutOfRangeException>(() => Loop.RunSync(() => ran++, timeout));
            Should.Throw<ArgumentOutOfRangeException>(() => Loop.RunSync(() => Task.CompletedTask, timeout));
            Should.Throw<ArgumentOutOfRangeException>(() => Loop.RunSync(() => Task.FromResult(1), timeout));
        }
        Guarded("a run without limit", () => Loop.RunSync(() => { ran++; }, Timeout.InfiniteTimeSpan));
        Guarded("a run with the widest limit", () => Loop.RunSync(() => { ran++; }, TimeSpan.MaxValue));
        ran.ShouldBe(2);
    }

    [Fact]
    public void RunSync_that_is_stopped_says_so()
    {
        var never = new TaskCompletionSource();
        Guarded("RunSync ended by Stop", () =>
        {
            Should.Throw<InvalidOperationException>(() => Loop.RunSync(() =>
            {
                Loop.AddCallback(Loop.Stop);
                return never.Task;
            }));
        });
        InLoop(() => { });
    }

    [Fact]
    public void A_stop_by_what_RunSync_runs_does_not_undo_its_end()
    {
        int result = 0;
        Guarded("a run that stops itself", () => result = Loop.RunSync(() =>
        {
            Loop.Stop();
            return 42;
        }));
        result.ShouldBe(42);
    }

    [Fact]
    public void A_cancelled_task_is_rethrown_by_RunSync()
    {
        Guarded("a cancelled task", () =>
            Should.Throw<OperationCanceledException>(() => Loop.RunSync(() => Task.FromCanceled(new CancellationToken(true)))));
        Failures.All.ShouldBeEmpty();
    }

    private static void HasOriginalStack(Action run)
    {
        var failure = Should.Throw<TestException>(run);
        failure.StackTrace.ShouldNotBeNull().ShouldContain(nameof(ThrowDeepInside));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowDeepInside() => throw new TestException();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ThrowDeepInsideFunction() => throw new TestException();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task ThrowDeepInsideTask() => throw new TestException();

    // Row: Memory (a run leaves nothing for the next)
    [Fact]
    public void RunSync_leaves_no_timeout_behind()
    {
        Guarded("RunSync with a timeout", () => Loop.RunSync(() => { }, TimeSpan.FromHours(1)));
        Guarded("RunSync of a task with a timeout", () => Loop.RunSync(() => Task.CompletedTask, TimeSpan.FromHours(1)));
        var state = new StringWriter();
        Loop.DumpState(state);
        state.ToString().ShouldContain("0 timeouts, 0 callbacks queued");
    }
}
