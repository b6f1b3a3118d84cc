using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: AddFuture
    [Fact]
    public void A_future_s_callback_runs_on_the_loop_and_never_inline()
    {
        var source = new TaskCompletionSource<int>();
        var order = new List<string>();
        Loop.AddCallback(() =>
        {
            Loop.AddFuture(Task.FromResult("ended"), future =>
            {
                order.Add(future.Result);
                source.SetResult(42);
                order.Add("set");
            });
            Loop.AddFuture(source.Task, future =>
            {
                order.Add($"{future.Result} {Loop.IsOnLoopThread}");
                Loop.Stop();
            });
            order.Add("added");
        });
        Run("callbacks of futures");
        order.ShouldBe(["added", "ended", "set", "42 True"]);
    }

    [Fact]
    public void A_future_that_ends_on_another_thread_calls_back_on_the_loop()
    {
        var source = new TaskCompletionSource();
        bool onLoop = false;
        Loop.AddFuture(source.Task, (Task future) =>
        {
            onLoop = Loop.IsOnLoopThread && future.IsCompletedSuccessfully;
            Loop.Stop();
        });
        Loop.AddCallback(() => OtherThread.Run(source.SetResult));
        Run("a future that another thread ends");
        onLoop.ShouldBeTrue();
    }

    [Fact]
    public void A_future_s_failure_is_its_callback_s_to_look_at()
    {
        var seen = new List<Exception?>();
        void Take(Task future)
        {
            seen.Add(future.Exception!.InnerException);
            if (seen.Count == 2)
                Loop.Stop();
        }
        void TakeResult(Task<int> future) => Take(future);
        Loop.AddFuture(Task.FromException(new TestException()), Take);
        Loop.AddFuture(Task.FromException<int>(new TestException()), TakeResult);
        Run("two failed futures");
        seen.Count.ShouldBe(2);
        seen.ShouldAllBe(exception => exception is TestException);
        Failures.All.ShouldBeEmpty();
    }

    [Fact]
    public void A_future_that_ends_after_its_loop_was_closed_is_dropped()
    {
        var source = new TaskCompletionSource();
        bool ran = false;
        Loop.AddFuture(source.Task, (Task _) => ran = true);
        Loop.Close();
        source.SetResult();
        ran.ShouldBeFalse();
    }

    // InvokeAsync
    [Fact]
    public void Invoking_from_another_thread_returns_results_and_failures()
    {
        var other = OtherThread.Start(() =>
        {
            bool onLoop = false;
            Within(Loop.InvokeAsync(() => { onLoop = Loop.IsOnLoopThread; })).GetAwaiter().GetResult();
            onLoop.ShouldBeTrue();
            Within(Loop.InvokeAsync(() => 42)).GetAwaiter().GetResult().ShouldBe(42);
            Within(Loop.InvokeAsync(async () => await Turns(2))).GetAwaiter().GetResult();
            Within(Loop.InvokeAsync(async () =>
            {
                await Turns(2);
                return "text";
            })).GetAwaiter().GetResult().ShouldBe("text");
            Should.Throw<TestException>(() => Within(Loop.InvokeAsync(ThrowDeepInside)).GetAwaiter().GetResult());
            Should.Throw<TestException>(() => Within(Loop.InvokeAsync(ThrowDeepInsideFunction)).GetAwaiter().GetResult());
            Should.Throw<TestException>(() => Within(Loop.InvokeAsync(ThrowDeepInsideTask)).GetAwaiter().GetResult());
            Loop.Stop();
        });
        Run("invocations from another thread");
        other.Join();
        Failures.All.ShouldBeEmpty();
    }

    [Fact]
    public void Invoking_on_the_loop_runs_in_the_next_turn()
    {
        var turns = new List<int>();
        Task? invoked = null;
        At(1, () => invoked = Loop.InvokeAsync(() => turns.Add(Turn)));
        RunTurns(3);
        turns.ShouldBe([2]);
        invoked.ShouldNotBeNull().IsCompletedSuccessfully.ShouldBeTrue();
    }

    // SwitchTo
    [Fact]
    public void Switching_goes_on_on_the_loop()
    {
        InLoop("switches to the loop", async () =>
        {
            await Task.Run(async () =>
            {
                Loop.IsOnLoopThread.ShouldBeFalse();
                await Loop.SwitchTo();
                Loop.IsOnLoopThread.ShouldBeTrue();
            });
            Loop.SwitchTo().GetAwaiter().IsCompleted.ShouldBeTrue();
            await Loop.SwitchTo();
        });
    }

    [Fact]
    public async Task Switching_to_a_closed_loop_fails()
    {
        Loop.Close();
        await Should.ThrowAsync<ObjectDisposedException>(async () => await Loop.SwitchTo());
    }

    // TaskScheduler
    [Fact]
    public void Tasks_of_its_scheduler_run_on_the_loop()
    {
        var order = new List<int>();
        InLoop("tasks of the loop's scheduler", async () =>
        {
            await Task.Run(async () =>
            {
                var tasks = Enumerable.Range(0, 100).Select(i => Task.Factory.StartNew(() =>
                {
                    Loop.IsOnLoopThread.ShouldBeTrue();
                    TaskScheduler.Current.ShouldBe(Loop.TaskScheduler);
                    order.Add(i);
                }, CancellationToken.None, TaskCreationOptions.None, Loop.TaskScheduler)).ToArray();
                await Task.WhenAll(tasks);
            });
            var failed = Task.Factory.StartNew(ThrowDeepInside, CancellationToken.None, TaskCreationOptions.None, Loop.TaskScheduler);
            await Should.ThrowAsync<TestException>(failed);
        });
        order.ShouldBe(Enumerable.Range(0, 100));
        Loop.TaskScheduler.ShouldBeSameAs(Loop.TaskScheduler);
    }

    [Fact]
    public void A_task_for_the_scheduler_of_a_closed_loop_fails()
    {
        Loop.Close();
        var scheduler = Loop.TaskScheduler;
        Should.Throw<TaskSchedulerException>(() => Task.Factory.StartNew(
            () => Assert.Fail("it ran"), CancellationToken.None, TaskCreationOptions.None, scheduler)).InnerException.ShouldBeOfType<ObjectDisposedException>();
        var continuation = Task.CompletedTask.ContinueWith(
            _ => Assert.Fail("it ran"), CancellationToken.None, TaskContinuationOptions.None, scheduler);
        continuation.IsFaulted.ShouldBeTrue("code that awaits it would never resume");
        continuation.Exception.ShouldNotBeNull().InnerException.ShouldBeOfType<TaskSchedulerException>();
    }

    // SynchronizationContext
    [Fact]
    public void Posts_to_its_context_run_on_the_loop_in_order()
    {
        var order = new List<int>();
        var other = OtherThread.Start(() =>
        {
            for (int i = 0; i < 100; i++)
                Loop.SynchronizationContext.Post(state => order.Add((int)state!), i);
            Loop.SynchronizationContext.Post(_ =>
            {
                Loop.IsOnLoopThread.ShouldBeTrue();
                Loop.Stop();
            }, null);
        });
        Run("posts from another thread");
        other.Join();
        order.ShouldBe(Enumerable.Range(0, 100));
    }

    [Fact]
    public void Sends_block_elsewhere_and_run_inline_on_the_loop()
    {
        var order = new List<string>();
        var context = Loop.SynchronizationContext;
        var other = OtherThread.Start(() =>
        {
            context.Send(_ => order.Add($"sent {Loop.IsOnLoopThread}"), null);
            order.Add("after");
            Should.Throw<TestException>(() => context.Send(_ => ThrowDeepInside(), null));
            context.Post(_ =>
            {
                context.Send(_ => order.Add("inline"), null);
                order.Add("after inline");
                Loop.Stop();
            }, null);
        });
        Run("sends from another thread");
        other.Join();
        order.ShouldBe(["sent True", "after", "inline", "after inline"]);
        Failures.All.ShouldBeEmpty();
    }

    [Fact]
    public void A_post_to_the_context_of_a_closed_loop_is_dropped_and_logged()
    {
        bool ran = false;
        Loop.Close();
        Loop.SynchronizationContext.Post(_ => ran = true, null);
        ran.ShouldBeFalse();
        Log.Entries.ShouldNotBeEmpty();
    }

    // TimeProvider
    [Fact]
    public void Its_timers_fire_on_the_loop_and_never_early()
    {
        var asked = Loop.Time;
        var fired = new List<(string State, bool OnLoop, TimeSpan After)>();
        using var timer = Loop.TimeProvider.CreateTimer(state =>
        {
            fired.Add(((string)state!, Loop.IsOnLoopThread, Loop.Time - asked));
            if (fired.Count == 3)
                Loop.Stop();
        }, "state", Moment, Moment);
        Run("three ticks of a timer");
        fired.Count.ShouldBe(3);
        fired.ShouldAllBe(tick => tick.State == "state" && tick.OnLoop && tick.After >= Moment);
    }

    [Fact]
    public void Delays_by_its_time_resume_on_the_loop()
    {
        InLoop("delays by the loop's clock", async () =>
        {
            var asked = Loop.Time;
            await Task.Delay(Moment, Loop.TimeProvider);
            (Loop.Time - asked).ShouldBeGreaterThanOrEqualTo(Moment);
            Loop.IsOnLoopThread.ShouldBeTrue();
            await Task.Run(() => Task.Delay(Moment, Loop.TimeProvider));
            using var timer = new PeriodicTimer(Moment, Loop.TimeProvider);
            (await timer.WaitForNextTickAsync()).ShouldBeTrue();
            await Should.ThrowAsync<TimeoutException>(new TaskCompletionSource().Task.WaitAsync(Moment, Loop.TimeProvider));
        });
    }

    [Fact]
    public void A_timer_that_was_changed_or_disposed_does_not_fire()
    {
        var fired = new List<string>();
        var disposed = Loop.TimeProvider.CreateTimer(_ => fired.Add("disposed"), null, Moment, Moment);
        using var stopped = Loop.TimeProvider.CreateTimer(_ => fired.Add("stopped"), null, Moment, Moment);
        using var never = Loop.TimeProvider.CreateTimer(_ => fired.Add("never"), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        using var once = Loop.TimeProvider.CreateTimer(_ => fired.Add("once"), null, Hour, Moment);
        disposed.Dispose();
        stopped.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan).ShouldBeTrue();
        once.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan).ShouldBeTrue();
        disposed.Change(Moment, Moment).ShouldBeFalse();
        Loop.CallLater(Moment * 4, () => AfterTurns(3, Loop.Stop)); // what was changed off the loop takes a turn
        Run("a later timeout");
        fired.ShouldBe(["once"]);
    }

    [Fact]
    public void Its_clock_and_its_time_are_one()
    {
        var before = Loop.Time;
        long from = Loop.TimeProvider.GetTimestamp();
        long to = Loop.TimeProvider.GetTimestamp();
        var after = Loop.Time;
        Loop.TimeProvider.GetElapsedTime(from, to).ShouldBeGreaterThanOrEqualTo(TimeSpan.Zero);
        Loop.TimeProvider.GetElapsedTime(from, to).ShouldBeLessThanOrEqualTo((after - before) + TimeSpan.FromTicks(2));
    }
}
