using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: IsRunning
    [Fact]
    public void A_loop_runs_from_start_until_it_has_stopped()
    {
        Loop.IsRunning.ShouldBeFalse();
        InLoop(() =>
        {
            Loop.IsRunning.ShouldBeTrue();
            Loop.Stop();
            Loop.IsRunning.ShouldBeTrue();
        });
        Loop.IsRunning.ShouldBeFalse();
        Loop.IsClosed.ShouldBeFalse();
    }

    // Row: The loop's thread
    [Fact]
    public void The_loop_s_thread_is_the_one_that_runs_the_turn()
    {
        var seen = new List<bool>();
        bool elsewhere = true;
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => seen.Add(Loop.IsOnLoopThread), IOEvents.Read);
        Loop.CallAt(Loop.Time, () => seen.Add(Loop.IsOnLoopThread));
        Loop.AddCallback(() => seen.Add(Loop.IsOnLoopThread));
        Loop.AddCallback(() => OtherThread.Run(() => elsewhere = Loop.IsOnLoopThread));
        RunTurns(1);
        seen.ShouldBe([true, true, true]);
        elsewhere.ShouldBeFalse();
        OtherThread.Run(() => elsewhere = Loop.IsOnLoopThread);
        elsewhere.ShouldBeFalse();
    }

    [Fact]
    public void A_loop_that_does_not_run_may_be_used_from_any_one_thread()
    {
        var calls = new List<string>();
        var counter = NewEventFd(signalled: true);
        OtherThread.Run(() =>
        {
            Loop.AddHandler(counter.Number, (_, _) => calls.Add("handler"), IOEvents.Write);
            Loop.UpdateHandler(counter.Number, IOEvents.Read);
            Loop.RemoveTimeout(Loop.CallLater(TimeSpan.Zero, () => calls.Add("removed")));
            Loop.CallLater(TimeSpan.Zero, () => calls.Add("timeout"));
            Loop.AddCallback(() => calls.Add("callback"));
        });
        RunTurns(1);
        calls.ShouldBe(["callback", "timeout", "handler"]);
        OtherThread.Run(() => Loop.RemoveHandler(counter.Number));
        RunTurns(1);
        calls.Count.ShouldBe(3);
    }

    // Row: Stop before Start
    [Fact]
    public void A_stop_before_start_ends_that_start_at_once_and_no_other()
    {
        int ran = 0;
        Loop.AddCallback(() =>
        {
            ran++;
            Loop.Stop();
        });
        Loop.Stop();
        Run("a start that was stopped before");
        ran.ShouldBe(0);
        Loop.IsRunning.ShouldBeFalse();
        Run("a callback of before");
        ran.ShouldBe(1);
    }

    [Fact]
    public void Two_stops_before_start_count_as_one()
    {
        int ran = 0;
        Loop.Stop();
        Loop.Stop();
        Run("a start that was stopped before");
        InLoop(() => ran++);
        ran.ShouldBe(1);
    }

    [Fact]
    public void Two_stops_in_a_run_end_that_run_alone()
    {
        int ran = 0;
        InLoop(Loop.Stop);
        InLoop(() => ran++);
        ran.ShouldBe(1);
    }

    // Row: Stop inside a turn
    [Fact]
    public void A_stop_in_a_callback_lets_the_turn_s_callbacks_and_timeouts_run_and_polls_no_more()
    {
        var ran = new List<string>();
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => ran.Add("handler"), IOEvents.Read);
        Loop.CallAt(Loop.Time, () => ran.Add("timeout"));
        Loop.AddCallback(() =>
        {
            ran.Add("stop");
            Loop.Stop();
            Loop.AddCallback(() => ran.Add("added"));
            Loop.CallLater(TimeSpan.Zero, () => ran.Add("added timeout"));
        });
        Loop.AddCallback(() => ran.Add("callback"));
        Run("Stop in a callback");
        ran.ShouldBe(["stop", "callback", "timeout"]);
        ran.Clear();
        RunTurns(1);
        ran.ShouldBe(["added", "added timeout", "handler"]);
    }

    [Fact]
    public void A_stop_in_a_timeout_lets_the_due_timeouts_run_and_polls_no_more()
    {
        var ran = new List<string>();
        var due = Loop.Time;
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => ran.Add("handler"), IOEvents.Read);
        Loop.CallAt(due, () =>
        {
            ran.Add("stop");
            Loop.Stop();
        });
        Loop.CallAt(due, () => ran.Add("timeout"));
        Run("Stop in a timeout");
        ran.ShouldBe(["stop", "timeout"]);
    }

    [Fact]
    public void A_stop_in_a_handler_lets_the_rest_of_the_batch_run()
    {
        var ran = new List<string>();
        for (int i = 0; i < 5; i++)
        {
            Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) =>
            {
                ran.Add("handler");
                Loop.Stop();
                Loop.AddCallback(() => ran.Add("callback"));
            }, IOEvents.Read);
        }
        Run("Stop in a handler");
        ran.ShouldBe(Enumerable.Repeat("handler", 5));
        ran.Clear();
        RunTurns(1);
        ran.Count(what => what == "callback").ShouldBe(5);
    }

    // Row: Stop from another thread
    [Fact]
    public void A_stop_from_another_thread_wakes_an_idle_loop()
    {
        Loop.AddHandler(NewPipe().ReadEnd, (_, _) => { }, IOEvents.Read);
        for (int i = 0; i < 50; i++)
        {
            using var running = new ManualResetEventSlim();
            Loop.AddCallback(running.Set);
            var other = OtherThread.Start(() =>
            {
                running.Wait(Patience).ShouldBeTrue();
                Loop.Stop();
            });
            Run("Stop from another thread");
            other.Join();
        }
    }

    // Row: Nested Start/RunSync on a running loop
    [Fact]
    public void A_loop_that_runs_refuses_to_start_and_is_unharmed()
    {
        int after = 0;
        InLoop(() =>
        {
            Should.Throw<InvalidOperationException>(Loop.Start);
            OtherThread.Run(() => Should.Throw<InvalidOperationException>(Loop.Start));
            Loop.AddCallback(() => after++);
        });
        RunTurns(1);
        after.ShouldBe(1);
    }

    [Fact]
    public void A_loop_that_runs_refuses_to_run_something_to_its_end()
    {
        SkipUnless(!Fixture.IsPumpable, "its host is pumped instead");
        int ran = 0;
        InLoop("a refused RunSync", async () =>
        {
            Should.Throw<InvalidOperationException>(() => Loop.RunSync(() => { ran++; }));
            Should.Throw<InvalidOperationException>(() => Loop.RunSync(() => Turns(1)));
            OtherThread.Run(() => Should.Throw<InvalidOperationException>(() => Loop.RunSync(() => { ran++; })));
            await Turns(3);
        });
        ran.ShouldBe(0);
    }

    [Fact]
    public void A_loop_can_be_run_from_one_thread_after_another()
    {
        int ran = 0;
        for (int i = 0; i < 5; i++)
        {
            OtherThread.Run(() => InLoop(() => ran++));
            InLoop(() => ran++);
        }
        ran.ShouldBe(10);
    }
}
