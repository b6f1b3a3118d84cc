using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // RemoveHandlerAsync
    [Fact]
    public void Removing_from_another_thread_waits_for_the_call_that_runs()
    {
        var counter = NewEventFd(signalled: true);
        using ManualResetEventSlim entered = new(), leave = new();
        int calls = 0;
        bool ended = false;
        Loop.AddHandler(counter.Number, (_, _) =>
        {
            calls++;
            entered.Set();
            leave.Wait(Patience).ShouldBeTrue();
            ended = true;
        }, IOEvents.Read);
        var other = OtherThread.Start(() =>
        {
            entered.Wait(Patience).ShouldBeTrue();
            var removed = Loop.RemoveHandlerAsync(counter.Number).AsTask();
            removed.IsCompleted.ShouldBeFalse();
            leave.Set();
            Within(removed).GetAwaiter().GetResult();
            ended.ShouldBeTrue();
            int sofar = Volatile.Read(ref calls);
            for (int i = 0; i < 3; i++)
                Within(Loop.InvokeAsync(() => { })).GetAwaiter().GetResult();
            calls.ShouldBe(sofar);
            Loop.Stop();
        });
        Run("the removal of a handler from another thread");
        other.Join();
        calls.ShouldBe(1);
    }

    [Fact]
    public void Removing_from_another_thread_waits_for_the_task_of_the_call()
    {
        var counter = NewEventFd(signalled: true);
        using var entered = new ManualResetEventSlim();
        var gate = new TaskCompletionSource();
        bool ended = false;
        Loop.AddHandler(counter.Number, async (_, _) =>
        {
            entered.Set();
            await gate.Task;
            ended = true;
        }, IOEvents.Read);
        var other = OtherThread.Start(() =>
        {
            entered.Wait(Patience).ShouldBeTrue();
            var removed = Loop.RemoveHandlerAsync(counter.Number).AsTask();
            for (int i = 0; i < 3; i++)
                Within(Loop.InvokeAsync(() => { })).GetAwaiter().GetResult();
            removed.IsCompleted.ShouldBeFalse();
            gate.SetResult();
            Within(removed).GetAwaiter().GetResult();
            ended.ShouldBeTrue();
            Loop.Stop();
        });
        Run("the removal of an asynchronous handler from another thread");
        other.Join();
    }

    [Fact]
    public void Removing_elsewhere_on_the_loop_waits_for_the_task_of_the_call()
    {
        var counter = NewEventFd(signalled: true);
        var gate = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        bool ended = false;
        Loop.AddHandler(counter.Number, async (_, _) =>
        {
            entered.SetResult();
            await gate.Task;
            ended = true;
        }, IOEvents.Read);
        Task? removed = null;
        InLoop("the removal of an asynchronous handler", async () =>
        {
            await entered.Task;
            removed = Loop.RemoveHandlerAsync(counter.Number).AsTask();
            await Turns(3);
            removed.IsCompleted.ShouldBeFalse();
            gate.SetResult();
            await Within(removed);
            ended.ShouldBeTrue();
        });
        removed.ShouldNotBeNull();
    }

    [Fact]
    public void A_handler_that_awaits_its_own_removal_does_not_wait_for_itself()
    {
        var counter = NewEventFd(signalled: true);
        int calls = 0;
        Loop.AddHandler(counter.Number, async (fd, _) =>
        {
            calls++;
            await Turns(2);
            await Loop.RemoveHandlerAsync(fd);
            await Turns(2);
            Loop.Stop();
        }, IOEvents.Read);
        Run("a handler that removes itself, asynchronously");
        calls.ShouldBe(1);
    }

    [Fact]
    public void A_handler_that_has_another_thread_remove_it_does_not_wait_for_itself()
    {
        var counter = NewEventFd(signalled: true);
        int calls = 0;
        Loop.AddHandler(counter.Number, async (fd, _) =>
        {
            calls++;
            await Task.Run(() => Loop.RemoveHandlerAsync(fd).AsTask());
            Loop.Stop();
        }, IOEvents.Read);
        Run("a handler that another thread removes for it");
        calls.ShouldBe(1);
    }

    [Fact]
    public void Closing_a_loop_ends_a_removal_that_waits_for_the_task_of_a_call()
    {
        var counter = NewEventFd(signalled: true);
        var gate = new TaskCompletionSource();
        Loop.AddHandler(counter.Number, async (_, _) =>
        {
            Loop.Stop();
            await gate.Task.ConfigureAwait(false);
        }, IOEvents.Read);
        Run("a handler");
        var removed = Loop.RemoveHandlerAsync(counter.Number).AsTask();
        removed.IsCompleted.ShouldBeFalse();
        Loop.Close();
        Within(removed).GetAwaiter().GetResult();
        gate.SetResult();
    }

    [Fact]
    public void A_synchronous_handler_may_begin_its_own_removal()
    {
        var counter = NewEventFd(signalled: true);
        int calls = 0;
        Loop.AddHandler(counter.Number, (fd, _) =>
        {
            calls++;
            Loop.RemoveHandlerAsync(fd).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        }, IOEvents.Read);
        RunTurns(3);
        calls.ShouldBe(1);
    }

    [Fact]
    public void Removing_an_unknown_descriptor_asynchronously_does_nothing()
    {
        int number = NewPipe().ReadEnd;
        InLoop("two removals of nothing", async () =>
        {
            await Loop.RemoveHandlerAsync(number);
            await Task.Run(() => Loop.RemoveHandlerAsync(number).AsTask());
        });
    }

    [Fact]
    public void Removing_asynchronously_from_a_loop_that_does_not_run_removes()
    {
        var counter = NewEventFd(signalled: true);
        int calls = 0;
        Loop.AddHandler(counter.Number, (_, _) => calls++, IOEvents.Read);
        var removed = Loop.RemoveHandlerAsync(counter.Number).AsTask();
        RunTurns(3);
        removed.IsCompletedSuccessfully.ShouldBeTrue();
        calls.ShouldBe(0);
    }

    // Row: RemoveHandlerAsync from any thread, also while the loop ends
    [Theory, InlineData("callback"), InlineData("timeout"), InlineData("handler")]
    public void A_removal_asked_for_while_the_loop_stops_is_served_at_the_latest_when_it_has(string where)
    {
        var counter = NewEventFd(signalled: true);
        Task? removal = null;
        Loop.AddHandler(counter.Number, (_, _) => Do("handler"), IOEvents.Read);
        Loop.CallAt(Loop.Time, () => Do("timeout"));
        Loop.AddCallback(() => Do("callback"));
        Run("a stop");
        removal.ShouldNotBeNull("the removal was not asked for");
        removal.Wait(Patience).ShouldBeTrue("the loop does not run again");
        Loop.AddHandler(counter.Number, NoHandler, IOEvents.Read);

        void Do(string here)
        {
            if (here != where)
                return;
            Loop.Stop();
            OtherThread.Run(() => removal = Loop.RemoveHandlerAsync(counter.Number).AsTask());
            removal!.IsCompleted.ShouldBeFalse("this turn has looked for removals already");
        }
    }

    // The caller's context is restored behind the last turn.
    [Fact]
    public void A_removal_asked_for_behind_the_last_turn_is_served()
    {
        SkipUnless(Fixture.IsNative, "its run ends on another thread than the caller's");
        var counter = NewEventFd();
        Task? removal = null;
        bool mayAsk = false;
        Loop.AddHandler(counter.Number, NoHandler, IOEvents.Read);
        var local = new AsyncLocal<string?>(_ =>
        {
            if (!mayAsk)
                return;
            mayAsk = false; // the other thread's context changes, too
            OtherThread.Run(() => removal = Loop.RemoveHandlerAsync(counter.Number).AsTask());
        });
        local.Value = "mine";
        Loop.SpawnCallback(() =>
        {
            mayAsk = true;
            Loop.Stop();
        });
        Run("a stop");
        removal.ShouldNotBeNull("the context was not restored").Wait(Patience).ShouldBeTrue();
        Loop.AddHandler(counter.Number, NoHandler, IOEvents.Read);
    }
}
