using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    [Fact]
    public void InvokeAsync_with_a_token_gives_what_it_gives_without()
    {
        using var source = new CancellationTokenSource();
        var token = source.Token;
        InLoop("invocations", async () =>
        {
            int ran = 0;
            await Loop.InvokeAsync(() => { ran++; }, token);
            (await Loop.InvokeAsync(() => ++ran, token)).ShouldBe(2);
            await Loop.InvokeAsync(async () =>
            {
                await Turns(2);
                Loop.IsOnLoopThread.ShouldBeTrue();
                ran++;
            }, token);
            (await Loop.InvokeAsync(async () =>
            {
                await Turns(2);
                return ++ran;
            }, token)).ShouldBe(4);
            await Should.ThrowAsync<TestException>(Loop.InvokeAsync(ThrowDeepInside, token));
            await Should.ThrowAsync<TestException>(Loop.InvokeAsync(ThrowDeepInsideTask, token));
            var cancelled = Loop.InvokeAsync(() => Task.FromCanceled(new CancellationToken(true)), token);
            await Should.ThrowAsync<OperationCanceledException>(cancelled);
            cancelled.IsCanceled.ShouldBeTrue();
            await Should.ThrowAsync<InvalidOperationException>(Loop.InvokeAsync(() => (Task)null!, token));
        });
        Failures.All.ShouldBeEmpty();
    }

    [Fact]
    public void InvokeAsync_with_a_cancelled_token_runs_nothing()
    {
        var token = new CancellationToken(canceled: true);
        int ran = 0;
        Task[] tasks =
        [
            Loop.InvokeAsync(() => { ran++; }, token),
            Loop.InvokeAsync(() => ran++, token),
            Loop.InvokeAsync(() => (Task)Task.FromResult(ran++), token),
            Loop.InvokeAsync(() => Task.FromResult(ran++), token),
        ];
        tasks.ShouldAllBe(task => task.IsCanceled);
        RunTurns(2);
        ran.ShouldBe(0);
    }

    [Fact]
    public void A_call_that_is_cancelled_before_its_turn_ends_at_once_and_never_runs()
    {
        using var source = new CancellationTokenSource();
        bool ran = false;
        var call = Loop.InvokeAsync(() => { ran = true; }, source.Token);
        source.Cancel();
        call.IsCanceled.ShouldBeTrue();
        Should.Throw<OperationCanceledException>(() => call.GetAwaiter().GetResult()).CancellationToken.ShouldBe(source.Token);
        RunTurns(2);
        ran.ShouldBeFalse();
    }

    // Row: AddCallback against Close
    [Fact]
    public void A_call_that_was_cancelled_is_not_missed_by_a_loop_that_is_closed()
    {
        using var source = new CancellationTokenSource();
        var call = Loop.InvokeAsync(() => { }, source.Token);
        source.Cancel();
        Loop.Close();
        call.IsCanceled.ShouldBeTrue();
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void A_call_that_is_cancelled_while_it_awaits_ends_at_once_and_its_failure_reaches_the_exception_hook()
    {
        Failures.Expected = true;
        using var source = new CancellationTokenSource();
        var gate = new TaskCompletionSource();
        Func<Task> func = async () =>
        {
            await gate.Task;
            throw new TestException();
        };
        var call = Loop.InvokeAsync(func, source.Token);
        Failures.OnFailure = _ => Loop.Stop();
        AfterTurns(2, () =>
        {
            call.IsCompleted.ShouldBeFalse();
            source.Cancel();
            call.IsCanceled.ShouldBeTrue();
            gate.SetResult();
        });
        Run("the failure of what continued");
        var failure = Failures.All.ShouldHaveSingleItem();
        failure.Exception.ShouldBeOfType<TestException>();
        failure.Callback.ShouldBeSameAs(func);
    }

    [Fact]
    public void A_call_that_is_cancelled_while_it_blocks_ends_at_once_and_its_failure_reaches_the_exception_hook()
    {
        Failures.Expected = true;
        using var source = new CancellationTokenSource();
        using var begun = new ManualResetEventSlim();
        using var over = new ManualResetEventSlim();
        Action func = () =>
        {
            begun.Set();
            Bounded.Await(over, "the end of the task");
            throw new TestException();
        };
        var call = Loop.InvokeAsync(func, source.Token);
        var canceller = OtherThread.Start(() =>
        {
            Bounded.Await(begun, "the function");
            source.Cancel();
            call.IsCanceled.ShouldBeTrue();
            over.Set();
        });
        Failures.OnFailure = _ => Loop.Stop();
        Run("the failure of what was cancelled");
        canceller.Join();
        Failures.All.ShouldHaveSingleItem().Callback.ShouldBeSameAs(func);
    }

    [Fact]
    public void A_function_that_ends_by_the_token_of_its_call_is_no_failure()
    {
        using var source = new CancellationTokenSource();
        Loop.InvokeAsync(() => Task.Delay(Timeout.Infinite, source.Token), source.Token);
        Loop.InvokeAsync(() =>
        {
            source.Cancel();
            source.Token.ThrowIfCancellationRequested();
        }, source.Token);
        RunTurns(3);
        Failures.All.ShouldBeEmpty();
    }

    [Fact]
    public void What_awaits_a_call_does_not_run_inside_the_call_that_cancels_it()
    {
        using var source = new CancellationTokenSource();
        bool isCancelling = false;
        bool ranInside = false;
        var call = Loop.InvokeAsync(() => { }, source.Token);
        var continuation = call.ContinueWith(_ => ranInside = Volatile.Read(ref isCancelling) && Thread.CurrentThread.Name == "Canceller",
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        OtherThread.Run(() =>
        {
            Thread.CurrentThread.Name = "Canceller";
            Volatile.Write(ref isCancelling, true);
            source.Cancel();
            Volatile.Write(ref isCancelling, false);
        });
        Bounded.Await(continuation, "what awaits the call");
        ranInside.ShouldBeFalse();
    }

    [Fact]
    public void A_call_with_a_token_fails_when_its_loop_is_closed()
    {
        using var source = new CancellationTokenSource();
        var call = Loop.InvokeAsync(() => { }, source.Token);
        Loop.Close();
        Should.Throw<ObjectDisposedException>(() => call.GetAwaiter().GetResult());
        Should.Throw<ObjectDisposedException>(() => { Loop.InvokeAsync(() => { }, source.Token); });
        source.Cancel();
    }
}
