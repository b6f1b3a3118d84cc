using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: A lambda that throws before it returns a task (the fd rests until the task has ended)
    [Fact]
    public void A_descriptor_rests_until_its_handler_s_task_has_ended()
    {
        var gate = new TaskCompletionSource();
        var calls = new List<int>();
        Loop.AddHandler(NewEventFd(signalled: true).Number, async (_, _) =>
        {
            calls.Add(Turn);
            if (calls.Count == 2)
                Loop.Stop();
            else
                await gate.Task;
        }, IOEvents.Read);
        RunTurns(5);
        calls.ShouldBe([1]);
        Loop.AddCallback(gate.SetResult);
        Run("a call after the rest");
        calls.Count.ShouldBe(2);
    }

    [Fact]
    public void A_descriptor_at_rest_costs_the_others_nothing()
    {
        var gate = new TaskCompletionSource();
        int rested = 0, others = 0;
        Loop.AddHandler(NewEventFd(signalled: true).Number, async (_, _) =>
        {
            rested++;
            await gate.Task;
        }, IOEvents.Read);
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => others++, IOEvents.Read);
        RunTurns(5);
        rested.ShouldBe(1);
        others.ShouldBeGreaterThanOrEqualTo(Fixture.EndsTurnsEarly ? 4 : 5);
    }

    [Fact]
    public void An_asynchronous_handler_never_overlaps_itself()
    {
        int running = 0, calls = 0;
        Loop.AddHandler(NewEventFd(signalled: true).Number, async (_, _) =>
        {
            (++running).ShouldBe(1);
            calls++;
            await Turns(calls % 4);
            await Task.Yield();
            running--;
            if (calls == 20)
                Loop.Stop();
        }, IOEvents.Read);
        Run("twenty calls of an asynchronous handler");
        calls.ShouldBe(20);
    }

    [Fact]
    public void A_task_that_ends_on_another_thread_ends_the_rest()
    {
        int calls = 0;
        Loop.AddHandler(NewEventFd(signalled: true).Number, async (_, _) =>
        {
            if (++calls == 10)
                Loop.Stop();
            await Task.Run(static () => { }).ConfigureAwait(false);
        }, IOEvents.Read);
        Run("ten calls, each of which ends on another thread");
        calls.ShouldBe(10);
    }

    [Fact]
    public void A_task_that_has_ended_already_lets_the_next_turn_report_again()
    {
        var turns = new List<int>();
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) =>
        {
            turns.Add(Turn);
            return Task.CompletedTask;
        }, IOEvents.Read);
        RunTurns(3);
        turns.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void An_update_during_the_rest_holds_after_it()
    {
        var counter = NewEventFd(signalled: true);
        var gate = new TaskCompletionSource();
        var calls = new List<IOEvents>();
        Loop.AddHandler(counter.Number, async (_, events) =>
        {
            calls.Add(events);
            if (calls.Count == 2)
                Loop.Stop();
            else
                await gate.Task;
        }, IOEvents.Read);
        At(2, () => Loop.UpdateHandler(counter.Number, IOEvents.Write));
        RunTurns(5);
        calls.ShouldBe([IOEvents.Read]);
        Loop.AddCallback(gate.SetResult);
        Run("a call after the rest");
        calls.ShouldBe([IOEvents.Read, IOEvents.Write]);
    }

    [Fact]
    public void A_hang_up_during_the_rest_is_reported_after_it()
    {
        var pipe = NewPipe();
        var gate = new TaskCompletionSource();
        var calls = new List<IOEvents>();
        pipe.Send();
        Loop.AddHandler(pipe.ReadEnd, async (_, events) =>
        {
            calls.Add(events);
            if (calls.Count == 2)
            {
                Loop.Stop();
                return;
            }
            pipe.Drain();
            await gate.Task;
        }, IOEvents.Read);
        At(2, pipe.CloseWrite);
        RunTurns(5);
        calls.ShouldBe([IOEvents.Read]);
        Loop.AddCallback(gate.SetResult);
        Run("a call after the rest");
        (calls[1] & IOEvents.Error).ShouldNotBe(IOEvents.None);
    }

    [Fact]
    public void A_removed_handler_whose_call_ends_later_wakes_no_successor()
    {
        var counter = NewEventFd(signalled: true);
        TaskCompletionSource first = new(), second = new();
        var calls = new List<string>();
        Loop.AddHandler(counter.Number, async (_, _) =>
        {
            calls.Add("first");
            await first.Task;
        }, IOEvents.Read);
        At(2, () =>
        {
            Loop.RemoveHandler(counter.Number);
            Loop.AddHandler(counter.Number, async (_, _) =>
            {
                calls.Add("second");
                await second.Task;
            }, IOEvents.Read);
        });
        RunTurns(4);
        calls.ShouldBe(["first", "second"]);
        InLoop("the end of the first call", async () =>
        {
            first.SetResult();
            await Task.Run(static () => { });
            await Turns(5);
        });
        calls.ShouldBe(["first", "second"]);
    }

    [Fact]
    public void A_handler_removed_during_its_rest_is_not_called_again()
    {
        var counter = NewEventFd(signalled: true);
        var gate = new TaskCompletionSource();
        int calls = 0;
        Loop.AddHandler(counter.Number, async (_, _) =>
        {
            calls++;
            await gate.Task;
        }, IOEvents.Read);
        At(2, () => Loop.RemoveHandler(counter.Number));
        RunTurns(3);
        InLoop("the end of the call", async () =>
        {
            gate.SetResult();
            await Task.Run(static () => { });
            await Turns(5);
        });
        calls.ShouldBe(1);
    }

    [Fact]
    public void A_regular_file_rests_like_any_other()
    {
        var gate = new TaskCompletionSource();
        int calls = 0;
        Loop.AddHandler(OpenTemporaryFile(), async (_, _) =>
        {
            if (++calls == 2)
                Loop.Stop();
            else
                await gate.Task;
        }, IOEvents.Read);
        RunTurns(5);
        calls.ShouldBe(1);
        Loop.AddCallback(gate.SetResult);
        Run("a call after the rest");
        calls.ShouldBe(2);
    }
}
