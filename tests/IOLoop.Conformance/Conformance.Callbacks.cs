using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: Order in a turn
    [Fact]
    public void A_turn_runs_callbacks_then_timeouts_then_handlers()
    {
        var order = new List<string>();
        Loop.AddHandler(NewEventFd(signalled: true).Number, (fd, _) =>
        {
            order.Add("handler");
            Loop.RemoveHandler(fd);
        }, IOEvents.Read);
        Loop.CallAt(Loop.Time, () => order.Add("timeout"));
        Loop.AddCallback(() => order.Add("first"));
        Loop.AddCallback(order.Add, "second");
        Loop.SpawnCallback(() => order.Add("third"));
        Loop.TryAddCallback(() => order.Add("fourth")).ShouldBeTrue();
        RunTurns(1);
        order.ShouldBe(["first", "second", "third", "fourth", "timeout", "handler"]);
    }

    [Fact]
    public void Callbacks_run_in_the_order_in_which_they_were_added()
    {
        var order = new List<int>();
        for (int i = 0; i < 1000; i++)
            Loop.AddCallback(order.Add, i);
        RunTurns(1);
        order.ShouldBe(Enumerable.Range(0, 1000));
    }

    [Fact]
    public void Callbacks_from_signals_keep_their_order()
    {
        var order = new List<int>();
        for (int i = 0; i < 1000; i++)
        {
            if (i % 2 == 0)
                Loop.AddCallbackFromSignal(order.Add, i);
            else
                Number(i);
        }
        void Number(int i) => Loop.AddCallbackFromSignal(() => order.Add(i));
        RunTurns(2);
        order.ShouldBe(Enumerable.Range(0, 1000));
    }

    // Row: Added during a turn
    [Fact]
    public void A_callback_added_by_a_callback_runs_in_the_next_turn()
    {
        var turns = new List<int>();
        At(1, () => Loop.AddCallback(() => turns.Add(Turn)));
        At(3, () => Loop.SpawnCallback(() => turns.Add(Turn)));
        At(5, () => Loop.AddCallbackFromSignal(() => turns.Add(Turn)));
        At(7, () => Loop.TryAddCallback(() => turns.Add(Turn)).ShouldBeTrue());
        RunTurns(9);
        turns.ShouldBe([2, 4, 6, 8]);
    }

    [Fact]
    public void A_zero_timeout_added_by_a_callback_or_timeout_runs_in_the_next_turn()
    {
        var turns = new List<int>();
        At(1, () => Loop.CallLater(TimeSpan.Zero, () =>
        {
            turns.Add(Turn);
            Loop.CallLater(TimeSpan.Zero, () => turns.Add(Turn));
        }));
        RunTurns(4);
        turns.ShouldBe([2, 3]);
    }

    [Fact]
    public void A_timeout_of_the_past_added_in_a_turn_runs_in_the_next()
    {
        var turns = new List<int>();
        At(1, () => Loop.CallAt(Loop.Time - TimeSpan.FromHours(1), () => turns.Add(Turn)));
        RunTurns(3);
        turns.ShouldBe([2]);
    }

    [Fact]
    public void Descriptors_are_polled_between_a_callback_and_what_it_adds()
    {
        var order = new List<string>();
        var counter = NewEventFd(signalled: true);
        At(1, () =>
        {
            Loop.AddCallback(() => order.Add("callback"));
            Loop.CallLater(TimeSpan.Zero, () => order.Add("timeout"));
            Loop.AddHandler(counter.Number, (fd, _) =>
            {
                order.Add("handler");
                Loop.RemoveHandler(fd);
            }, IOEvents.Read);
        });
        RunTurns(2);
        order.ShouldBe(["handler", "callback", "timeout"]);
    }

    [Fact]
    public void A_callback_added_by_a_handler_runs_before_the_next_handlers()
    {
        var order = new List<string>();
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) =>
        {
            order.Add("handler");
            Loop.AddCallback(() => order.Add("callback"));
        }, IOEvents.Read);
        RunTurns(2);
        order.ShouldBe(["handler", "callback", "handler", "callback"]);
    }

    // Row: Fairness
    [Fact]
    public void An_endless_chain_of_callbacks_starves_nobody()
    {
        var served = new Served(Loop, "handler", "timeout");
        void Again() => Loop.AddCallback(Again);
        Again();
        StartOthers(served);
        Run("a handler and a timeout beside an endless chain of callbacks");
        served.Everybody.ShouldBeTrue();
    }

    [Fact]
    public void An_endless_chain_of_zero_timeouts_starves_nobody()
    {
        var served = new Served(Loop, "handler", "callback");
        void Again() => Loop.CallLater(TimeSpan.Zero, Again);
        Again();
        StartOthers(served);
        Run("a handler and a callback beside an endless chain of zero timeouts");
        served.Everybody.ShouldBeTrue();
    }

    [Fact]
    public void An_always_ready_descriptor_starves_nobody()
    {
        var served = new Served(Loop, "callback", "timeout");
        StartOthers(served);
        Run("a callback and a timeout beside a descriptor that is always ready");
        served.Everybody.ShouldBeTrue();
    }

    [Fact]
    public void A_loop_under_full_load_is_stopped_by_another_thread()
    {
        using var busy = new ManualResetEventSlim();
        var served = new Served(Loop, "nobody");
        served.OnCall = () =>
        {
            if (served["callback"] > 10)
                busy.Set();
        };
        StartOthers(served);
        var other = OtherThread.Start(() =>
        {
            busy.Wait(Patience).ShouldBeTrue();
            Loop.Stop();
        });
        Run("Stop from another thread, under full load");
        other.Join();
    }

    [Fact]
    public void Asynchronous_callbacks_run_and_resume_on_the_loop()
    {
        var order = new List<string>();
        foreach (string name in new[] { "added", "spawned", "tried" })
        {
            Func<Task> callback = async () =>
            {
                order.Add($"{name} began");
                await Turns(1);
                Loop.IsOnLoopThread.ShouldBeTrue();
                order.Add($"{name} ended");
            };
            if (name == "added")
                Loop.AddCallback(callback);
            else if (name == "spawned")
                Loop.SpawnCallback(callback);
            else
                Loop.TryAddCallback(callback).ShouldBeTrue();
        }
        RunTurns(5);
        order.ShouldBe(["added began", "spawned began", "tried began", "added ended", "spawned ended", "tried ended"]);
    }

    [Fact]
    public void State_of_any_type_is_handed_to_the_callback()
    {
        var got = new List<object?>();
        Loop.AddCallback(state => got.Add(state), 42);
        Loop.AddCallback(state => got.Add(state), "text");
        Loop.AddCallback(state => got.Add(state), (Left: 1, Right: "pair"));
        Loop.AddCallback(state => got.Add(state), (string?)null);
        Loop.SpawnCallback(state => got.Add(state), 1.5);
        Loop.CallLater(TimeSpan.Zero, state => got.Add(state), Guid.Empty);
        Loop.CallAt(Loop.Time, state => got.Add(state), 'c');
        RunTurns(1);
        got.Count.ShouldBe(7);
        got.ShouldBe([42, "text", (1, "pair"), null, 1.5, Guid.Empty, 'c']);
    }

    private void StartOthers(Served served)
    {
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => served.Count("handler"), IOEvents.Read);
        void Callback()
        {
            served.Count("callback");
            Loop.AddCallback(Callback);
        }
        void Timeout()
        {
            served.Count("timeout");
            Loop.CallLater(TimeSpan.Zero, Timeout);
        }
        Loop.AddCallback(Callback);
        Loop.CallLater(Moment, Timeout);
    }
}
