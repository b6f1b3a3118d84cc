using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>Numbers of regular files, which no kernel watches, after they were closed and opened again.</summary>
public abstract partial class LoopConformance
{
    private bool IsOverPoll => Loop is PollIOLoop { Poller: PollerKind.Poll } or HostedIOLoop { Poller: PollerKind.Poll };

    // Row: Number reused after a close without RemoveHandler
    [Fact]
    public void The_handler_of_a_closed_regular_file_is_not_called_for_another_one_with_its_number()
    {
        SkipUnless(!IsOverPoll, "poll(2) reports whatever file has the number");
        int fd = OpenTemporaryFile(), other = OpenTemporaryFile();
        int calls = 0;
        Loop.AddHandler(fd, (_, _) => calls++, IOEvents.Read);
        RunTurns(1);
        calls.ShouldBe(1);
        Descriptors.Replace(fd, other);
        RunTurns(3);
        calls.ShouldBe(1);
        Should.Throw<InvalidOperationException>(() => Loop.UpdateHandler(fd, IOEvents.Read));
    }

    [Fact]
    public void A_wait_for_a_closed_regular_file_does_not_last_when_another_one_has_its_number()
    {
        SkipUnless(!IsOverPoll, "poll(2) reports whatever file has the number");
        int fd = OpenTemporaryFile(), other = OpenTemporaryFile();
        var wait = Loop.WaitAsync(fd, IOEvents.Priority).AsTask();
        RunTurns(1);
        wait.IsCompleted.ShouldBeFalse();
        Descriptors.Replace(fd, other);
        RunTurns(1);
        Should.Throw<IOException>(() => Within(wait).GetAwaiter().GetResult()).Message.ShouldContain($"{fd}");
    }

    [Fact]
    public void Updating_the_number_of_a_regular_file_that_is_a_pipe_now_registers_its_handler_anew()
    {
        int fd = OpenTemporaryFile();
        var pipe = NewPipe();
        var calls = new List<IOEvents>();
        Loop.AddHandler(fd, (_, events) => calls.Add(events), IOEvents.Read);
        RunTurns(1);
        calls.ShouldBe([IOEvents.Read]);
        calls.Clear();
        Descriptors.Replace(fd, pipe.ReadEnd);
        Loop.UpdateHandler(fd, IOEvents.Read);
        RunTurns(2);
        calls.ShouldBeEmpty();
        pipe.Send();
        RunTurns(2);
        calls.ShouldBe([IOEvents.Read, IOEvents.Read]);
        Loop.RemoveHandler(fd);
        RunTurns(2);
        calls.Count.ShouldBe(2);
    }

    [Fact]
    public void Updating_the_number_of_a_regular_file_that_is_another_one_now_registers_its_handler_anew()
    {
        int fd = OpenTemporaryFile(), other = OpenTemporaryFile();
        var calls = new List<IOEvents>();
        Loop.AddHandler(fd, (_, events) => calls.Add(events), IOEvents.Read);
        RunTurns(1);
        calls.Clear();
        Descriptors.Replace(fd, other);
        Loop.UpdateHandler(fd, IOEvents.Write);
        RunTurns(2);
        calls.ShouldBe([IOEvents.Write, IOEvents.Write]);
    }

    [Fact]
    public void A_number_may_change_from_a_regular_file_to_a_pipe_and_back_with_one_handler()
    {
        int fd = OpenTemporaryFile(), other = OpenTemporaryFile();
        var pipe = NewPipe();
        var calls = new List<string>();
        string file = "regular";
        Loop.AddHandler(fd, (_, _) => calls.Add(file), IOEvents.Read);
        for (int round = 0; round < 2; round++)
        {
            Become("pipe", pipe.ReadEnd);
            RunTurns(2);
            Become("regular", other);
            RunTurns(2);
        }
        calls.ShouldBe(["regular", "regular", "regular", "regular"]);

        void Become(string kind, int by)
        {
            Descriptors.Replace(fd, by);
            Loop.UpdateHandler(fd, IOEvents.Read);
            file = kind;
        }
    }

    [Fact]
    public void A_handler_can_be_added_for_a_pipe_that_comes_back_to_a_number_which_a_regular_file_had_meanwhile()
    {
        int fd = OpenTemporaryFile(), other = OpenTemporaryFile();
        var pipe = NewPipe();
        var calls = new List<string>();
        Descriptors.Replace(fd, pipe.ReadEnd);
        Loop.AddHandler(fd, (_, _) => calls.Add("first"), IOEvents.Read);
        Descriptors.Replace(fd, other);
        Loop.UpdateHandler(fd, IOEvents.Read);
        Descriptors.Replace(fd, pipe.ReadEnd);
        Loop.AddHandler(fd, (_, _) => calls.Add("second"), IOEvents.Read);
        RunTurns(2);
        calls.ShouldBeEmpty();
        pipe.Send();
        RunTurns(1);
        calls.ShouldBe(["second"]);
    }

    [Fact]
    public void The_handler_of_a_regular_file_may_put_a_pipe_under_its_number_and_go_on()
    {
        int fd = OpenTemporaryFile();
        var pipe = NewPipe();
        var calls = new List<int>();
        Loop.AddHandler(fd, (ready, _) =>
        {
            calls.Add(Turn);
            if (calls.Count > 1)
                return;
            Descriptors.Replace(fd, pipe.ReadEnd);
            Loop.UpdateHandler(ready, IOEvents.Read);
        }, IOEvents.Read);
        RunTurns(3);
        calls.ShouldBe([1]);
        pipe.Send();
        RunTurns(1);
        calls.ShouldBe([1, 1]);
    }

    [Fact]
    public void A_pipe_under_the_number_of_a_regular_file_rests_until_its_handler_s_task_has_ended()
    {
        int fd = OpenTemporaryFile();
        var pipe = NewPipe();
        var gate = new TaskCompletionSource();
        int calls = 0;
        Loop.AddHandler(fd, async (_, _) =>
        {
            calls++;
            await gate.Task;
        }, IOEvents.Read);
        RunTurns(1);
        Descriptors.Replace(fd, pipe.ReadEnd);
        Loop.UpdateHandler(fd, IOEvents.Read);
        pipe.Send();
        RunTurns(3);
        calls.ShouldBe(1);
        At(1, gate.SetResult);
        RunTurns(5);
        calls.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Updating_a_closed_regular_file_names_it()
    {
        int fd = OpenTemporaryFile();
        Loop.AddHandler(fd, (_, _) => { }, IOEvents.Read);
        Descriptors.Close(fd);
        Should.Throw<IOException>(() => Loop.UpdateHandler(fd, IOEvents.Write)).Message.ShouldContain($"{fd}");
        Loop.RemoveHandler(fd);
        RunTurns(1);
    }

    [Fact]
    public void A_wait_for_a_pipe_under_the_number_of_a_regular_file_is_not_one_for_that_file()
    {
        int fd = OpenTemporaryFile();
        var pipe = NewPipe();
        InLoop("a wait for the pipe", async () =>
        {
            var old = Loop.WaitAsync(fd, IOEvents.Priority).AsTask();
            Descriptors.Replace(fd, pipe.ReadEnd);
            var wait = Loop.WaitAsync(fd, IOEvents.Read).AsTask();
            (await Should.ThrowAsync<IOException>(Within(old))).Message.ShouldContain($"{fd}");
            await Turns(2);
            wait.IsCompleted.ShouldBeFalse();
            pipe.Send();
            (await Within(wait)).ShouldBe(IOEvents.Read);
        });
    }
}
