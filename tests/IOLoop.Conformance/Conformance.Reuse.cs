using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: Number reused after a close without RemoveHandler
    [Fact]
    public void A_number_that_was_closed_and_reopened_can_be_registered_anew()
    {
        Pipe old = NewPipe(), fresh = NewPipe();
        var calls = new List<string>();
        Loop.AddHandler(old.ReadEnd, (_, _) => calls.Add("old"), IOEvents.Read);
        RunTurns(1);
        Descriptors.Replace(old.ReadEnd, fresh.ReadEnd);
        Loop.AddHandler(old.ReadEnd, (_, _) => calls.Add("new"), IOEvents.Read);
        RunTurns(2);
        calls.ShouldBeEmpty();
        fresh.Send();
        RunTurns(2);
        calls.ShouldBe(["new", "new"]);
        Loop.RemoveHandler(old.ReadEnd);
        RunTurns(2);
        calls.Count.ShouldBe(2);
    }

    [Fact]
    public void A_reopened_anonymous_file_can_be_registered_anew()
    {
        SkipUnless(Fixture.KernelJudgesReuse, "files without an inode of their own cannot be told apart here");
        EventFd old = NewEventFd(), fresh = NewEventFd(signalled: true);
        var calls = new List<string>();
        Loop.AddHandler(old.Number, (_, _) => calls.Add("old"), IOEvents.Read);
        Descriptors.Replace(old.Number, fresh.Number);
        Loop.AddHandler(old.Number, (_, _) => calls.Add("new"), IOEvents.Read);
        RunTurns(2);
        calls.ShouldBe(["new", "new"]);
    }

    [Fact]
    public void Updating_a_reopened_number_registers_its_handler_anew()
    {
        Pipe old = NewPipe(), fresh = NewPipe();
        var calls = new List<IOEvents>();
        Loop.AddHandler(old.ReadEnd, (_, events) => calls.Add(events), IOEvents.None);
        RunTurns(1);
        Descriptors.Replace(old.ReadEnd, fresh.ReadEnd);
        fresh.Send();
        Loop.UpdateHandler(old.ReadEnd, IOEvents.Read);
        RunTurns(2);
        calls.ShouldBe([IOEvents.Read, IOEvents.Read]);
    }

    [Fact]
    public void Updating_a_reopened_number_inside_its_handler_works()
    {
        Pipe old = NewPipe(), fresh = NewPipe();
        var calls = new List<int>();
        old.Send();
        Loop.AddHandler(old.ReadEnd, (fd, _) =>
        {
            calls.Add(Turn);
            if (calls.Count > 1)
                return;
            Descriptors.Replace(old.ReadEnd, fresh.ReadEnd);
            Loop.UpdateHandler(fd, IOEvents.Read);
        }, IOEvents.Read);
        RunTurns(2);
        calls.ShouldBe([1]);
        fresh.Send();
        RunTurns(1);
        calls.ShouldBe([1, 1]);
    }

    // Row: Close while registered
    [Fact]
    public void A_descriptor_closed_while_registered_is_not_reported()
    {
        var pipe = NewPipe();
        var calls = new List<int>();
        pipe.Send();
        Loop.AddHandler(pipe.ReadEnd, (_, _) => calls.Add(Turn), IOEvents.Read);
        At(2, pipe.CloseRead);
        At(5, () => Loop.RemoveHandler(pipe.ReadEnd));
        RunTurns(6);
        calls.ShouldBe([1]);
    }

    [Fact]
    public void A_handler_may_close_its_descriptor()
    {
        var pipe = NewPipe();
        int calls = 0;
        pipe.Send();
        Loop.AddHandler(pipe.ReadEnd, (_, _) =>
        {
            calls++;
            pipe.CloseRead();
        }, IOEvents.Read);
        RunTurns(4);
        calls.ShouldBe(1);
        Loop.RemoveHandler(pipe.ReadEnd);
        RunTurns(1);
    }

    [Fact]
    public void A_descriptor_closed_by_an_earlier_handler_of_its_batch_does_no_harm()
    {
        int others = 0;
        InBatchOfTwo((other, _) => other.Dispose(), turns: 4);
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => others++, IOEvents.Read);
        RunTurns(3);
        others.ShouldBeGreaterThanOrEqualTo(Fixture.EndsTurnsEarly ? 2 : 3); // a turn may have nothing left but the closed one
    }

    [Fact]
    public void Updating_a_closed_descriptor_names_it()
    {
        var pipe = NewPipe();
        Loop.AddHandler(pipe.ReadEnd, (_, _) => { }, IOEvents.Read);
        pipe.CloseRead();
        Should.Throw<IOException>(() => Loop.UpdateHandler(pipe.ReadEnd, IOEvents.Write)).Message.ShouldContain($"{pipe.ReadEnd}");
        Loop.RemoveHandler(pipe.ReadEnd);
        RunTurns(1);
    }

    [Fact]
    public void Closing_a_loop_whose_descriptors_are_closed_does_not_throw()
    {
        var pipe = NewPipe();
        Loop.AddHandler(pipe.ReadEnd, (_, _) => { }, IOEvents.Read);
        Loop.AddHandler(pipe.WriteEnd, (_, _) => { }, IOEvents.Write);
        pipe.CloseRead();
        pipe.CloseWrite();
        Loop.Close(allFds: true);
        Loop.IsClosed.ShouldBeTrue();
    }

    // Row: A dup keeps a closed fd's description alive (ghost events)
    [Fact]
    public void A_ghost_reaches_no_new_owner_of_its_number()
    {
        Pipe old = NewPipe(), fresh = NewPipe();
        using var ghost = new DescriptorHandle(Descriptors.Duplicate(old.ReadEnd));
        var calls = new List<string>();
        Loop.AddHandler(old.ReadEnd, (_, _) => calls.Add("old"), IOEvents.Read);
        Descriptors.Replace(old.ReadEnd, fresh.ReadEnd);
        Loop.AddHandler(old.ReadEnd, (_, _) => calls.Add("new"), IOEvents.Read);
        old.Send();
        RunTurns(10);
        calls.ShouldBeEmpty();
        fresh.Send();
        RunTurns(1);
        calls.ShouldBe(["new"]);
    }

    [Fact]
    public void A_ghost_of_a_removed_handler_calls_nobody()
    {
        var pipe = NewPipe();
        using var ghost = new DescriptorHandle(Descriptors.Duplicate(pipe.ReadEnd));
        int calls = 0;
        pipe.Send();
        Loop.AddHandler(pipe.ReadEnd, (_, _) => calls++, IOEvents.Read);
        RunTurns(1);
        pipe.CloseRead();
        Loop.RemoveHandler(pipe.ReadEnd);
        RunTurns(10);
        calls.ShouldBe(1);
    }

    [Fact]
    public void Everything_else_goes_on_after_a_ghost()
    {
        var silent = NewPipe();
        var calls = new List<string>();
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, events) => calls.Add($"eventfd {events}"), IOEvents.Read);
        Loop.AddHandler(OpenFile(), (_, events) => calls.Add($"file {events}"), IOEvents.Write);
        Loop.AddHandler(silent.ReadEnd, (_, events) => calls.Add($"silent {events}"), IOEvents.None);
        HauntLoop();
        silent.Send();
        RunTurns(10);
        calls.Clear();
        RunTurns(1);
        calls.ShouldBe(["eventfd Read", "file Write"], ignoreOrder: true);
        calls.Clear();
        Loop.UpdateHandler(silent.ReadEnd, IOEvents.Read);
        RunTurns(1);
        calls.ShouldContain("silent Read");
    }

    [Fact]
    public void A_loop_that_met_a_ghost_can_still_be_woken()
    {
        var idle = new TaskCompletionSource();
        HauntLoop();
        RunTurns(10);
        Loop.AddCallback(idle.SetResult);
        var other = OtherThread.Start(() =>
        {
            Within(idle.Task).GetAwaiter().GetResult();
            Loop.AddCallback(Loop.Stop);
        });
        Run("a callback from another thread, after a ghost");
        other.Join();
    }

    [Fact]
    public void Several_ghosts_at_once_call_nobody()
    {
        var calls = new List<nint>();
        for (int i = 0; i < 5; i++)
            HauntLoop();
        var counter = NewEventFd(signalled: true);
        Loop.AddHandler(counter.Number, (fd, _) => calls.Add(fd.Number), IOEvents.Read);
        RunTurns(20);
        calls.Count.ShouldBeGreaterThan(0);
        calls.ShouldAllBe(fd => fd == counter.Number);
    }

    /// <summary>Leaves events of a registration that is gone, which the kernel will not forget by itself.</summary>
    protected void HauntLoop()
    {
        var pipe = NewPipe();
        Own(new DescriptorHandle(Descriptors.Duplicate(pipe.ReadEnd)));
        Loop.AddHandler(pipe.ReadEnd, (_, _) => Assert.Fail("A ghost reached its former handler."), IOEvents.Read);
        pipe.CloseRead();
        Loop.RemoveHandler(pipe.ReadEnd);
        pipe.Send();
    }

    private int OpenFile(string path = "/dev/null") => Own(new DescriptorHandle(Descriptors.Open(path))).Number;

    // Row: A dup keeps a closed fd's description alive (numbers that another thread reuses meanwhile)
    [Fact]
    public void A_loop_that_gets_rid_of_ghosts_takes_in_no_number_that_another_thread_reuses_meanwhile()
    {
        SkipUnless(Fixture.SeesGhosts, "no ghosts are seen here");
        const int Rounds = 40;
        const int Files = 64;
        int strangers = 0, begun = 0, ended = 0;
        var silent = NewEventFd();
        var stranger = NewEventFd(signalled: true);
        int[] numbers = [.. Enumerable.Range(0, Files).Select(_ => Own(new DescriptorHandle(Descriptors.Duplicate(silent.Number))).Number)];
        var other = OtherThread.Start(() =>
        {
            for (int round = 1; round <= Rounds; round++)
            {
                SpinWait.SpinUntil(() => Volatile.Read(ref begun) >= round);
                foreach (int number in numbers)
                    Descriptors.Replace(number, stranger.Number);
                Volatile.Write(ref ended, round);
            }
        });
        for (int round = 1; round <= Rounds; round++)
        {
            foreach (int number in numbers)
            {
                Descriptors.Replace(number, silent.Number);
                Loop.RemoveHandler(number);
                Loop.AddHandler(number, (_, _) => strangers++, IOEvents.Read); // only the stranger's events would call it
            }
            var haunted = NewPipe();
            using var ghost = new DescriptorHandle(Descriptors.Duplicate(haunted.ReadEnd));
            Loop.AddHandler(haunted.ReadEnd, (_, _) => { }, IOEvents.Read);
            haunted.CloseRead();
            Loop.RemoveHandler(haunted.ReadEnd);
            haunted.Send();
            int begin = round;
            At(1, () => Volatile.Write(ref begun, begin)); // the poll that comes next finds the ghost
            RunTurns(3);
            Bounded.Until(() => Volatile.Read(ref ended) == begin, "all numbers are the stranger's");
        }
        other.Join();
        strangers.ShouldBe(0);
    }
}
