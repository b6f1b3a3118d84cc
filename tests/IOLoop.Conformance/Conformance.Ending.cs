using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>Awaiting the end of a run, from inside it and from elsewhere.</summary>
public abstract partial class LoopConformance
{
    // Row: StopAsync, DisposeAsync, Completion
    [Fact]
    public void Code_that_awaits_StopAsync_in_a_callback_resumes_behind_the_run_and_may_close_the_loop()
    {
        int turnThread = 0;
        var resumed = AwaitInCallback(async () =>
        {
            turnThread = Environment.CurrentManagedThreadId;
            await StopFromHelperAsync();
            Loop.IsRunning.ShouldBeFalse();
            SynchronizationContext.Current.ShouldNotBe(Loop.SynchronizationContext);
            Loop.Close();
        });
        Loop.IsClosed.ShouldBeTrue();
        if (Fixture.HasOwnThread)
            resumed.ShouldBe(turnThread);
    }

    [Fact]
    public void Code_that_disposes_of_its_loop_in_a_callback_resumes_when_that_is_closed()
    {
        int turnThread = 0;
        var resumed = AwaitInCallback(async () =>
        {
            turnThread = Environment.CurrentManagedThreadId;
            await using (Loop)
                await Turns(1);
            Loop.IsClosed.ShouldBeTrue();
            Loop.IsRunning.ShouldBeFalse();
        });
        if (Fixture.HasOwnThread)
            resumed.ShouldBe(turnThread);
    }

    [Fact]
    public void A_handler_that_awaits_StopAsync_resumes_behind_the_run()
    {
        var ready = NewEventFd(signalled: true);
        var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.AddHandler(ready.Number, async (_, _) =>
        {
            await Loop.StopAsync();
            Loop.Close();
            resumed.SetResult();
        }, IOEvents.Read);
        Run("a handler that stops the loop");
        Bounded.Await(resumed.Task, "the handler to resume");
        Loop.IsClosed.ShouldBeTrue();
    }

    [Fact]
    public void Several_that_await_the_end_of_a_run_resume_one_after_another()
    {
        var order = new List<int>();
        var all = new List<Task>();
        async Task StopAsync(int number)
        {
            await Loop.StopAsync();
            order.Add(number);
            await Loop.StopAsync();
            order.Add(number);
        }
        Loop.AddCallback(() =>
        {
            for (int i = 0; i < 3; i++)
                all.Add(StopAsync(i));
        });
        Run("the end of a run");
        Bounded.Await(Task.WhenAll(all), "all of them");
        order.ShouldBe([0, 0, 1, 1, 2, 2]);
    }

    [Fact]
    public void StopAsync_on_another_thread_ends_with_the_run()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.AddCallback(begun.SetResult);
        var stop = Task.Run(async () =>
        {
            await begun.Task;
            await Loop.StopAsync();
            Loop.IsRunning.ShouldBeFalse();
            Loop.Close();
        });
        Run("StopAsync on another thread");
        Bounded.Await(stop, "StopAsync");
        stop.GetAwaiter().GetResult();
        Loop.IsClosed.ShouldBeTrue();
    }

    [Fact]
    public void StopAsync_of_a_loop_that_does_not_run_ends_at_once()
    {
        Loop.StopAsync().IsCompletedSuccessfully.ShouldBeTrue();
        Loop.Close();
        Loop.StopAsync().IsCompletedSuccessfully.ShouldBeTrue();
        Loop.DisposeAsync().AsTask().IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void The_token_of_StopAsync_ends_the_waiting_and_not_the_stopping()
    {
        Task? waiting = null;
        using var over = new CancellationTokenSource();
        Loop.AddCallback(() =>
        {
            waiting = Loop.StopAsync(over.Token);
            waiting.IsCompleted.ShouldBeFalse();
            over.Cancel();
            waiting.IsCanceled.ShouldBeTrue();
        });
        Run("a run that is stopped all the same");
        waiting!.IsCanceled.ShouldBeTrue();
        Loop.IsRunning.ShouldBeFalse();
    }

    // Row: Close
    [Fact]
    public void Close_inside_a_turn_says_so_and_what_to_call_instead()
    {
        string inside = "", elsewhere = "";
        InLoop(() =>
        {
            inside = Should.Throw<InvalidOperationException>(() => Loop.Close()).Message;
            OtherThread.Run(() => elsewhere = Should.Throw<InvalidOperationException>(() => Loop.Close()).Message);
        });
        inside.ShouldContain("inside a turn");
        elsewhere.ShouldNotContain("inside a turn");
        foreach (string message in new[] { inside, elsewhere })
        {
            message.ShouldContain(nameof(IOLoop.StopAsync));
            message.ShouldContain(nameof(IOLoop.DisposeAsync));
        }
    }

    // Row: Dispose
    [Theory, InlineData(false), InlineData(true)]
    public void A_loop_that_is_disposed_of_in_a_callback_is_closed_behind_its_run(bool hasRunBefore)
    {
        if (hasRunBefore)
            RunTurns(1);
        int after = 0;
        Loop.AddCallback(() =>
        {
            Loop.Dispose();
            Loop.Dispose();
            Loop.IsClosed.ShouldBeFalse("its run has not ended");
            Loop.IsRunning.ShouldBeTrue();
        });
        Loop.AddCallback(() => after++);
        Run("a loop that is disposed of");
        Bounded.Until(() => Loop.IsClosed, "the loop is closed");
        after.ShouldBe(1, "what the turn had begun still runs");
    }

    [Fact]
    public void A_loop_that_is_disposed_of_by_another_thread_is_closed_behind_its_run()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.AddCallback(begun.SetResult);
        var disposal = Task.Run(async () =>
        {
            await begun.Task;
            await using (Loop)
            {
            }
            Loop.IsClosed.ShouldBeTrue();
        });
        Run("a loop that is disposed of");
        Bounded.Await(disposal, "the disposal");
        disposal.GetAwaiter().GetResult();
    }

    [Fact]
    public void RunSync_returns_though_its_function_closes_the_loop()
    {
        SkipUnless(!Fixture.UsesVirtualTime, "no thread moves the clock meanwhile");
        int result = 0;
        Guarded("RunSync", () => result = Loop.RunSync(async () =>
        {
            await using (Loop)
                return 42;
        }));
        result.ShouldBe(42);
        Loop.IsClosed.ShouldBeTrue();
    }

    /// <summary>Runs the loop with a callback that ends the run, and waits until that is through.</summary>
    /// <returns>The thread that it ended on.</returns>
    private int AwaitInCallback(Func<Task> body)
    {
        var ended = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.AddCallback(async () =>
        {
            try
            {
                await body();
                ended.SetResult(Environment.CurrentManagedThreadId);
            }
            catch (Exception exception)
            {
                ended.SetException(exception);
            }
        });
        Run("the end of the run");
        Bounded.Await(ended.Task, "what awaited the end to resume");
        return ended.Task.GetAwaiter().GetResult();
    }

    private async Task StopFromHelperAsync()
    {
        await Task.Yield();
        await Loop.StopAsync();
    }
}
