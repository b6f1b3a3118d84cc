using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: UpdateHandler/RemoveHandler during a batch
    [Fact]
    public void A_handler_removed_by_an_earlier_one_of_its_batch_is_not_called()
    {
        var calls = new List<nint>();
        EventFd[] both = [NewEventFd(signalled: true), NewEventFd(signalled: true)];
        foreach (var one in both)
        {
            Loop.AddHandler(one.Number, (fd, _) =>
            {
                calls.Add(fd.Number);
                Loop.RemoveHandler(Other(both, fd).Number);
            }, IOEvents.Read);
        }
        RunTurns(4);
        calls.Count.ShouldBeGreaterThanOrEqualTo(Fixture.EndsTurnsEarly ? 3 : 4); // a turn may have nothing left but the one that was removed
        calls.Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public void A_handler_that_removes_itself_is_called_once()
    {
        var counter = NewEventFd(signalled: true);
        int calls = 0;
        Loop.AddHandler(counter.Number, (fd, _) =>
        {
            calls++;
            Loop.RemoveHandler(fd);
        }, IOEvents.Read);
        RunTurns(4);
        calls.ShouldBe(1);
    }

    [Fact]
    public void A_mask_narrowed_during_a_batch_holds_at_once()
    {
        var calls = InBatchOfTwo((other, _) => Loop.UpdateHandler(other.Number, IOEvents.Write));
        calls.Count.ShouldBe(2);
        calls[0].Events.ShouldBe(IOEvents.Read | IOEvents.Write);
        calls[1].Events.ShouldBe(IOEvents.Write);
    }

    [Fact]
    public void A_mask_emptied_during_a_batch_silences_the_handler_at_once()
    {
        var calls = InBatchOfTwo((other, _) => Loop.UpdateHandler(other.Number, IOEvents.None));
        calls.ShouldHaveSingleItem().Events.ShouldBe(IOEvents.Read | IOEvents.Write);
    }

    [Fact]
    public void A_mask_updated_outside_a_batch_holds_from_the_next_poll()
    {
        var counter = NewEventFd(signalled: true);
        var calls = new List<(int, IOEvents)>();
        Loop.AddHandler(counter.Number, (_, events) => calls.Add((Turn, events)), IOEvents.Read);
        At(2, () => Loop.UpdateHandler(counter.Number, IOEvents.Write));
        At(3, () => Loop.UpdateHandler(counter.Number, IOEvents.None));
        At(5, () => Loop.UpdateHandler(counter.Number, IOEvents.Read | IOEvents.Write));
        RunTurns(5);
        calls.ShouldBe([(1, IOEvents.Read), (2, IOEvents.Write), (5, IOEvents.Read | IOEvents.Write)]);
    }

    [Fact]
    public void A_handler_may_update_itself()
    {
        var counter = NewEventFd(signalled: true);
        var calls = new List<IOEvents>();
        Loop.AddHandler(counter.Number, (fd, events) =>
        {
            calls.Add(events);
            Loop.UpdateHandler(fd, events == IOEvents.Read ? IOEvents.Write : IOEvents.None);
        }, IOEvents.Read);
        RunTurns(5);
        calls.ShouldBe([IOEvents.Read, IOEvents.Write]);
    }

    // Row: Remove + add of the same number during a batch
    [Fact]
    public void A_handler_put_in_place_of_another_during_a_batch_sees_nothing_of_that_batch()
    {
        SkipUnless(!Fixture.EndsTurnsEarly, "a turn of it may end behind any handler");
        var turns = new List<int>();
        InBatchOfTwo((other, _) =>
        {
            Loop.RemoveHandler(other.Number);
            Loop.AddHandler(other.Number, (_, _) => turns.Add(Turn), IOEvents.Read);
        }, turns: 3);
        turns.ShouldBe([2, 3]);
    }

    [Fact]
    public void A_handler_put_in_place_of_another_is_not_called_for_what_was_drained()
    {
        int calls = 0;
        InBatchOfTwo((other, _) =>
        {
            Loop.RemoveHandler(other.Number);
            other.Drain();
            Loop.AddHandler(other.Number, (_, _) => calls++, IOEvents.Read);
        }, turns: 3);
        calls.ShouldBe(0);
    }

    [Fact]
    public void A_number_reopened_during_a_batch_gets_no_event_of_its_former_file()
    {
        SkipUnless(!Fixture.EndsTurnsEarly, "a turn of it may end behind any handler");
        var pipe = NewPipe();
        var turns = new List<int>();
        InBatchOfTwo((other, _) =>
        {
            Loop.RemoveHandler(other.Number);
            Descriptors.Replace(other.Number, pipe.ReadEnd);
            Loop.AddHandler(other.Number, (_, _) => turns.Add(Turn), IOEvents.Read);
        }, turns: 3);
        turns.ShouldBeEmpty();
        pipe.Send();
        RunTurns(1);
        turns.ShouldBe([1]);
    }

    [Fact]
    public void A_handler_that_replaces_itself_is_not_called_again_in_its_turn()
    {
        var counter = NewEventFd(signalled: true);
        var calls = new List<(int, string)>();
        Loop.AddHandler(counter.Number, (fd, _) =>
        {
            calls.Add((Turn, "old"));
            Loop.RemoveHandler(fd);
            Loop.AddHandler(fd, (_, _) => calls.Add((Turn, "new")), IOEvents.Read);
        }, IOEvents.Read);
        RunTurns(2);
        calls.ShouldBe([(1, "old"), (2, "new")]);
    }

    // Row: Same description through two fds
    [Fact]
    public void One_description_under_two_numbers_is_reported_to_both()
    {
        var counter = NewEventFd(signalled: true);
        using var duplicate = new DescriptorHandle(Descriptors.Duplicate(counter.Number));
        var calls = new List<nint>();
        Loop.AddHandler(counter.Number, (fd, _) => calls.Add(fd.Number), IOEvents.Read);
        Loop.AddHandler(duplicate.Number, (fd, _) => calls.Add(fd.Number), IOEvents.Read);
        RunTurns(1);
        calls.ShouldBe([counter.Number, duplicate.Number], ignoreOrder: true);
        Loop.RemoveHandler(counter.Number);
        calls.Clear();
        RunTurns(2);
        calls.ShouldBe([duplicate.Number, duplicate.Number]);
    }

    // Row: Fairness
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(256)]
    public void Every_ready_descriptor_gets_its_turn(int maxEventsPerTurn)
    {
        UseLoop(NewLoop(new IOLoopOptions { MaxEventsPerTurn = maxEventsPerTurn }));
        var calls = new Dictionary<nint, int>();
        for (int i = 0; i < 10; i++)
        {
            var counter = NewEventFd(signalled: true);
            calls[counter.Number] = 0;
            Loop.AddHandler(counter.Number, (fd, _) =>
            {
                calls[fd.Number]++;
                if (calls.Values.All(count => count >= 3))
                    Loop.Stop();
            }, IOEvents.Read);
        }
        Run("three calls for each of ten ready descriptors");
        calls.Values.ShouldAllBe(count => count >= 3);
    }

    [Fact]
    public void A_turn_takes_no_more_events_than_it_may()
    {
        SkipUnless(!Fixture.EndsTurnsEarly, "a turn of it may end behind any handler");
        UseLoop(NewLoop(new IOLoopOptions { MaxEventsPerTurn = 3 }));
        var turns = new List<int>();
        for (int i = 0; i < 10; i++)
            Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => turns.Add(Turn), IOEvents.Read);
        RunTurns(4);
        turns.CountBy(turn => turn).ShouldAllBe(turn => turn.Value <= 3);
        turns.Distinct().ShouldBe([1, 2, 3, 4]);
    }

    private List<(nint Fd, IOEvents Events)> InBatchOfTwo(Action<EventFd, EventFd> first, int turns = 1)
    {
        var calls = new List<(nint, IOEvents)>();
        EventFd[] both = [NewEventFd(signalled: true), NewEventFd(signalled: true)];
        foreach (var one in both)
        {
            Loop.AddHandler(one.Number, (fd, events) =>
            {
                calls.Add((fd.Number, events));
                if (calls.Count == 1)
                    first(Other(both, fd), one);
            }, IOEvents.Read | IOEvents.Write);
        }
        RunTurns(turns);
        return calls;
    }

    private static EventFd Other(EventFd[] both, FileDescriptor fd) => both.Single(one => one.Number != fd.Number);
}
