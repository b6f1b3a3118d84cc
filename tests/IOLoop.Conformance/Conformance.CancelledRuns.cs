using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: RunSync timeout
    [Fact]
    public void RunSync_with_a_token_returns_and_rethrows_as_without()
    {
        using var source = new CancellationTokenSource();
        var token = source.Token;
        int ran = 0;
        Guarded("an action", () => Loop.RunSync(() => { ran++; }, null, token));
        Guarded("a function", () => Loop.RunSync(() => ++ran, null, token).ShouldBe(2));
        Guarded("a task", () => Loop.RunSync(async () =>
        {
            await Turns(2);
            ran++;
        }, Patience, token));
        Guarded("a task with a result", () => Loop.RunSync(async () =>
        {
            await Turns(2);
            return ++ran;
        }, Patience, token).ShouldBe(4));
        Guarded("a failure", () => HasOriginalStack(() => Loop.RunSync(ThrowDeepInside, null, token)));
        Loop.IsRunning.ShouldBeFalse();
        Failures.All.ShouldBeEmpty();
    }

    [Fact]
    public void RunSync_with_a_cancelled_token_runs_nothing()
    {
        var token = new CancellationToken(canceled: true);
        int ran = 0;
        Guarded("nothing", () =>
        {
            Should.Throw<OperationCanceledException>(() => Loop.RunSync(() => { ran++; }, null, token)).CancellationToken.ShouldBe(token);
            Should.Throw<OperationCanceledException>(() => Loop.RunSync(() => ran++, null, token));
            Should.Throw<OperationCanceledException>(() => Loop.RunSync(() => Task.FromResult(ran++) as Task, null, token));
            Should.Throw<OperationCanceledException>(() => Loop.RunSync(() => Task.FromResult(ran++), null, token));
        });
        RunTurns(2);
        ran.ShouldBe(0);
    }

    [Fact]
    public void A_function_whose_token_is_cancelled_before_it_begins_never_begins()
    {
        using var source = new CancellationTokenSource();
        int ran = 0;
        Loop.AddCallback(source.Cancel);
        Guarded("a run that is cancelled in its first turn", () =>
            Should.Throw<OperationCanceledException>(() => Loop.RunSync(() => { ran++; }, null, source.Token)));
        Bounded.Until(() => !Loop.IsRunning, "the run has ended");
        RunTurns(2);
        ran.ShouldBe(0);
        Loop.Close();
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void Cancelling_ends_RunSync_at_once_and_what_has_begun_continues()
    {
        using var source = new CancellationTokenSource();
        var gate = new TaskCompletionSource();
        bool whole = false;
        Guarded("a run that is cancelled", () => Should.Throw<OperationCanceledException>(() => Loop.RunSync(async () =>
        {
            _ = Task.Run(source.Cancel);
            await gate.Task;
            whole = true;
        }, null, source.Token)).CancellationToken.ShouldBe(source.Token));
        Bounded.Until(() => !Loop.IsRunning, "the run has ended");
        whole.ShouldBeFalse();
        Loop.AddCallback(gate.SetResult);
        RunTurns(3);
        whole.ShouldBeTrue();
    }

    [Fact]
    public void What_fails_after_its_RunSync_was_cancelled_reaches_the_exception_hook()
    {
        Failures.Expected = true;
        using var source = new CancellationTokenSource();
        var gate = new TaskCompletionSource();
        Func<Task> func = async () =>
        {
            source.Cancel();
            await gate.Task;
            throw new TestException();
        };
        Guarded("a run that cancels itself", () => Should.Throw<OperationCanceledException>(() => Loop.RunSync(func, null, source.Token)));
        Bounded.Until(() => !Loop.IsRunning, "the run has ended");
        Loop.AddCallback(gate.SetResult);
        Failures.OnFailure = _ => Loop.Stop();
        Run("the failure of what continued");
        var failure = Failures.All.ShouldHaveSingleItem();
        failure.Exception.ShouldBeOfType<TestException>();
        failure.Callback.ShouldBeSameAs(func);
    }

    [Fact]
    public void A_function_that_ends_by_the_token_of_its_RunSync_is_no_failure()
    {
        using var source = new CancellationTokenSource();
        Guarded("a run that cancels itself", () => Should.Throw<OperationCanceledException>(() => Loop.RunSync(async () =>
        {
            Loop.AddCallback(source.Cancel);
            await Task.Delay(Timeout.Infinite, source.Token);
        }, null, source.Token)));
        Bounded.Until(() => !Loop.IsRunning, "the run has ended");
        RunTurns(3);
        Failures.All.ShouldBeEmpty();
    }

    [Fact]
    public void A_token_that_is_cancelled_after_its_RunSync_stops_no_later_run()
    {
        using var source = new CancellationTokenSource();
        Guarded("a run within its token", () => Loop.RunSync(() => Turns(1), null, source.Token));
        bool whole = false;
        Guarded("a later run", () => Loop.RunSync(async () =>
        {
            source.Cancel();
            await Turns(10);
            whole = true;
        }));
        whole.ShouldBeTrue();
    }

    [Fact]
    public void RunSync_with_a_token_still_times_out()
    {
        SkipUnless(!Fixture.UsesVirtualTime, "no thread moves the clock meanwhile");
        using var source = new CancellationTokenSource();
        var never = new TaskCompletionSource();
        Guarded("a timeout", () => Should.Throw<TimeoutException>(() => Loop.RunSync(() => never.Task, Moment, source.Token)));
    }

    [Fact]
    public void Cancelling_ends_RunSync_while_another_thread_is_blocked_in_its_function()
    {
        int thread = 0;
        Guarded("a first run", () => thread = Loop.RunSync(() => Environment.CurrentManagedThreadId));
        SkipUnless(thread != Environment.CurrentManagedThreadId, "the calling thread runs the function");
        Failures.Expected = true;
        using var source = new CancellationTokenSource();
        using var begun = new ManualResetEventSlim();
        using var over = new ManualResetEventSlim();
        Action func = () =>
        {
            begun.Set();
            Bounded.Await(over, "the end of the run");
            throw new TestException();
        };
        var canceller = OtherThread.Start(() =>
        {
            Bounded.Await(begun, "the function");
            source.Cancel();
        });
        Guarded("a run that is cancelled", () => Should.Throw<OperationCanceledException>(() => Loop.RunSync(func, null, source.Token)));
        Failures.All.ShouldBeEmpty();
        over.Set();
        Bounded.Until(() => !Loop.IsRunning && Failures.All.Count == 1, "the failure was reported");
        Failures.All[0].Exception.ShouldBeOfType<TestException>();
        Failures.All[0].Callback.ShouldBeSameAs(func);
        canceller.Join();
    }

    // Row: Nested turns
    [Fact]
    public void Cancelling_ends_a_nested_RunSync_and_leaves_the_outer_one_running()
    {
        SkipUnless(Fixture.IsPumpable, "its turns do not nest");
        using var source = new CancellationTokenSource();
        InLoop("a nested run that is cancelled", async () =>
        {
            await Turns(1);
            Should.Throw<OperationCanceledException>(() => Loop.RunSync(async () =>
            {
                Loop.AddCallback(source.Cancel);
                await new TaskCompletionSource().Task;
            }, null, source.Token));
            Loop.IsRunning.ShouldBeTrue();
            await Turns(2);
        });
    }
}
