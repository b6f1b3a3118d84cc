using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: Cancel
    [Fact]
    public void A_removed_timeout_never_runs()
    {
        int calls = 0;
        var timeout = Loop.CallLater(Moment, () => calls++);
        Loop.CallLater(Moment * 3, Loop.Stop);
        Loop.RemoveTimeout(timeout);
        Run("a later timeout");
        calls.ShouldBe(0);
    }

    [Fact]
    public void A_due_timeout_removed_by_an_earlier_one_of_its_turn_never_runs()
    {
        var calls = new List<string>();
        TimeoutHandle second = default;
        var due = Loop.Time;
        Loop.CallAt(due, () =>
        {
            calls.Add("first");
            Loop.RemoveTimeout(second);
        });
        second = Loop.CallAt(due, () => calls.Add("second"));
        Loop.CallAt(due, () => calls.Add("third"));
        RunTurns(3);
        calls.ShouldBe(["first", "third"]);
    }

    [Fact]
    public void A_due_timeout_removed_by_a_callback_of_its_turn_never_runs()
    {
        int calls = 0;
        var due = Loop.CallAt(Loop.Time, () => calls++);
        At(1, () => Loop.RemoveTimeout(due));
        RunTurns(3);
        calls.ShouldBe(0);
    }

    [Fact]
    public void Removing_a_timeout_that_ran_or_was_removed_or_never_was_does_nothing()
    {
        var calls = new List<string>();
        TimeoutHandle own = default;
        own = Loop.CallAt(Loop.Time, () =>
        {
            calls.Add("own");
            Loop.RemoveTimeout(own);
        });
        var removed = Loop.CallAt(Loop.Time, () => calls.Add("removed"));
        Loop.RemoveTimeout(removed);
        Loop.RemoveTimeout(removed);
        Loop.RemoveTimeout(default);
        RunTurns(2);
        Loop.RemoveTimeout(own);
        Loop.CallAt(Loop.Time, () => calls.Add("other"));
        Loop.RemoveTimeout(own);
        Loop.RemoveTimeout(removed);
        RunTurns(2);
        calls.ShouldBe(["own", "other"]);
    }

    [Fact]
    public void A_timeout_of_another_loop_is_refused_and_stays()
    {
        int calls = 0;
        var another = NewLoop();
        var theirs = another.CallAt(another.Time, () =>
        {
            calls++;
            another.Stop();
        });
        Loop.CallAt(Loop.Time, () => { });
        Should.Throw<ArgumentException>(() => Loop.RemoveTimeout(theirs));
        Run(another, "the other loop's timeout");
        calls.ShouldBe(1);
    }

    [Fact]
    public void Handles_are_equal_when_they_stand_for_the_same_timeout()
    {
        var first = Loop.CallLater(Hour, () => { });
        var second = Loop.CallLater(Hour, () => { });
        var same = first;
        (first == same).ShouldBeTrue();
        (first != second).ShouldBeTrue();
        first.Equals((object)same).ShouldBeTrue();
        first.GetHashCode().ShouldBe(same.GetHashCode());
        (first == default).ShouldBeFalse();
    }

    [Fact]
    public void Timeouts_that_remain_run_after_the_next_start()
    {
        var ran = new List<string>();
        Loop.AddHandler(NewEventFd(signalled: true).Number, (fd, _) =>
        {
            ran.Add("first run");
            Loop.RemoveHandler(fd);
            Loop.Stop();
            Loop.CallLater(TimeSpan.Zero, () =>
            {
                ran.Add("timeout");
                Loop.Stop();
            });
        }, IOEvents.Read);
        Run("a handler that stops the loop");
        ran.ShouldBe(["first run"]);
        Run("the timeout of before");
        ran.ShouldBe(["first run", "timeout"]);
    }
}
