using System.Globalization;
using System.Runtime.InteropServices;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Processes;

public abstract partial class ChildProcessTests
{
    private const char Stopped = 'T'; // as the kernel shows it
    private const char Zombie = 'Z';
    private const char Gone = ' ';

    private static readonly TimeSpan LongGrace = TimeSpan.FromMinutes(10);

    private static bool Exists(int id) => Directory.Exists($"/proc/{id}");

    private static void AwaitGone(int id, string which) => Bounded.Until(() => !Exists(id), $"{which} is gone");

    /// <summary>For what has no parent any more: the first process of a container may reap it late, or never.</summary>
    private static void AwaitEnded(int id, string which) => Bounded.Until(() => StateOf(id) is Zombie or Gone, $"{which} has ended");

    private static int CodeOf(ChildProcess ended) => ended.Exited.GetAwaiter().GetResult().ExitCode;

    private static char StateOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/stat").Split(')')[^1][1];
        }
        catch (IOException)
        {
            return Gone; // also ESRCH, when it ends while the file is read
        }
    }

    [Fact]
    public void A_signal_reaches_the_child_and_after_its_end_nobody()
    {
        InLoop("a child", async () =>
        {
            var child = StartShell("trap 'echo got' USR1; echo ready; while :; do sleep 0.01; done");
            await Await(child, "ready");
            child.Signal((PosixSignal)10);
            await Await(child, "got");
            Should.Throw<ArgumentOutOfRangeException>(() => child.Signal((PosixSignal)1000));
            Should.Throw<ArgumentOutOfRangeException>(() => child.Signal((PosixSignal)(-1000)));
            child.Signal(PosixSignal.SIGTERM);
            (await child.Exited).Signal.ShouldBe(PosixSignal.SIGTERM);
            child.Signal(PosixSignal.SIGTERM);
        });
    }

    [Fact]
    public void Stopping_sends_SIGTERM_and_the_child_may_take_its_time()
    {
        InLoop("a child", async () =>
        {
            var child = StartShell("trap 'echo ending; exit 3' TERM; echo ready; while :; do sleep 0.01; done");
            await Await(child, "ready");
            (await child.StopAsync(LongGrace)).ExitCode.ShouldBe(3);
            (await ReadAll(child.StandardOutput)).ShouldBe("ending\n");
            (await child.StopAsync(TimeSpan.Zero)).ExitCode.ShouldBe(3);
        });
    }

    [Fact]
    public void A_child_that_ignores_SIGTERM_gets_SIGKILL_after_its_grace()
    {
        InLoop("a child", async () =>
        {
            var child = StartShell("trap '' TERM; echo ready; while :; do sleep 0.01; done");
            await Await(child, "ready");
            var before = Loop.Time;
            (await child.StopAsync(TimeSpan.FromMilliseconds(50))).Signal.ShouldBe(Kill);
            (Loop.Time - before).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(50));
        });
    }

    [Fact]
    public void A_second_stop_can_shorten_the_grace_and_not_lengthen_it()
    {
        InLoop("children", async () =>
        {
            const string Deaf = "trap '' TERM; echo ready; while :; do sleep 0.01; done";
            var (one, other, third) = (StartShell(Deaf), StartShell(Deaf), StartShell(Deaf));
            await Await(one, "ready");
            await Await(other, "ready");
            await Await(third, "ready");
            var first = one.StopAsync(LongGrace);
            (await one.StopAsync(TimeSpan.Zero)).Signal.ShouldBe(Kill);
            (await first).Signal.ShouldBe(Kill);
            first = other.StopAsync(Moment);
            _ = other.StopAsync(LongGrace);
            _ = other.StopAsync(Timeout.InfiniteTimeSpan);
            (await first).Signal.ShouldBe(Kill);
            _ = third.StopAsync(LongGrace);
            (await Within(third.StopAsync(Moment))).Signal.ShouldBe(Kill);
            Should.Throw<ArgumentOutOfRangeException>(() => { _ = one.StopAsync(TimeSpan.FromSeconds(-2)); });
            Should.Throw<ArgumentOutOfRangeException>(() => { _ = one.StopAsync(TimeSpan.FromDays(50)); });
        });
    }

    [Fact]
    public void A_stopped_child_can_be_ended()
    {
        InLoop("a child", async () =>
        {
            var child = StartShell("trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done");
            await Await(child, "ready");
            child.Signal(Stop);
            Bounded.Until(() => StateOf(child.Id) == Stopped, "the child is stopped");
            (await child.StopAsync(LongGrace)).ExitCode.ShouldBe(3);
        });
    }

    [Fact]
    public void The_token_ends_the_waiting_alone_and_on_the_loop()
    {
        InLoop("a cancelled wait", async () =>
        {
            var child = StartShell("trap '' TERM; echo ready; while :; do sleep 0.01; done");
            await Await(child, "ready");
            using var cancellation = new CancellationTokenSource();
            var stop = child.StopAsync(LongGrace, cancellation.Token);
            bool onLoop = false;
            var seen = stop.ContinueWith(_ => onLoop = Loop.IsOnLoopThread, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            OtherThread.Run(cancellation.Cancel);
            seen.IsCompleted.ShouldBeFalse();
            await seen;
            onLoop.ShouldBeTrue();
            stop.IsCanceled.ShouldBeTrue();
            child.Exited.IsCompleted.ShouldBeFalse();
            (await child.StopAsync(TimeSpan.Zero, new CancellationTokenSource().Token)).Signal.ShouldBe(Kill);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stopping_a_child_that_leads_a_group_stops_the_group(bool session)
    {
        InLoop("a group", async () =>
        {
            var child = StartShell("sleep 1000 & echo id $!; wait", options => (options.NewSession, options.NewProcessGroup) = (session, !session));
            int other = await ReadId(child);
            await child.StopAsync(LongGrace);
            AwaitEnded(other, "what the child started");
            AwaitGone(child.Id, "the child, long before its grace is over");
        });
    }

    [Fact]
    public void The_leader_of_a_group_does_not_stay_when_its_loop_was_closed_before_the_grace_was_over()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("QEMU_LD_PREFIX") is not null, "under qemu-user the leader stays until the grace is over; why is not known yet");
        int id = 0;
        InLoop("a group", async () =>
        {
            var child = StartShell("exec sleep 100", options => options.NewProcessGroup = true);
            id = child.Id;
            await child.StopAsync(LongGrace);
        });
        Loop.Close();
        AwaitGone(id, "the child");
    }

    [Fact]
    public void What_is_left_of_a_group_is_killed_when_the_grace_has_passed_and_not_before()
    {
        InLoop("a group", async () =>
        {
            const string Script = "trap 'exit 3' TERM; sh -c 'trap \"\" TERM; trap \"echo alive\" USR1; echo id $$; while :; do sleep 0.01; done' & while :; do sleep 0.01; done";
            var child = StartShell(Script, options => options.NewProcessGroup = true);
            int other = await ReadId(child);
            (await child.StopAsync(LongGrace)).ExitCode.ShouldBe(3);
            await StartShell($"kill -USR1 {other}").Exited;
            await Await(child, "alive");
            await child.StopAsync(TimeSpan.Zero);
            AwaitEnded(other, "what ignores SIGTERM");
            AwaitGone(child.Id, "the child");
        });
    }

    private static async Task<int> ReadId(ChildProcess child)
    {
        await foreach (string line in child.StandardOutput.ReadLinesAsync())
            return int.Parse(line["id ".Length..], CultureInfo.InvariantCulture);
        throw new InvalidOperationException("the child wrote nothing");
    }

    [Fact]
    public void A_child_that_is_not_awaited_is_reaped()
    {
        InLoop("a child", async () =>
        {
            var child = StartShell("exit 5");
            while (Exists(child.Id))
                await Turns(1);
        });
    }

    [Fact]
    public void A_child_is_reaped_after_its_loop_was_closed()
    {
        ChildProcess? child = null;
        InLoop("a child", async () =>
        {
            child = StartShell("echo ready; read line; exit 5", options => options.StandardInput = ChildStream.Pipe);
            await Await(child, "ready");
        });
        Loop.Close(allFds: true);
        child!.Exited.IsCompleted.ShouldBeFalse();
        child.StandardInput.Dispose();
        Bounded.Await(child.Exited, "the end of the child");
        CodeOf(child).ShouldBe(5);
        Exists(child.Id).ShouldBeFalse();
    }

    [Fact]
    public void A_child_whose_loop_was_closed_before_it_ran_is_reaped()
    {
        ChildProcess? child = null;
        OtherThread.Run(() => child = StartShell("exit 5"));
        Loop.Close();
        Bounded.Await(child!.Exited, "the end of the child");
        CodeOf(child).ShouldBe(5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_child_that_ignores_SIGTERM_does_not_survive_a_loop_that_ends_first(bool close)
    {
        ChildProcess? child = null;
        InLoop("a child", async () =>
        {
            child = StartShell("trap '' TERM; echo ready; while :; do sleep 0.01; done");
            await Await(child, "ready");
            _ = child.StopAsync(TimeSpan.FromMilliseconds(200));
        });
        if (close)
            Loop.Close();
        AwaitGone(child!.Id, "the child");
        if (close)
            Bounded.Await(child.Exited, "the end of the child");
        else
            InLoop("the end of the child", async () => (await child.Exited).Signal.ShouldBe(Kill));
    }

    [Fact]
    public void Disposal_ends_the_child_and_closes_its_pipes()
    {
        InLoop("a child", async () =>
        {
            var child = StartShell("trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done", options => options.StandardInput = ChildStream.Pipe);
            await Await(child, "ready");
            await child.DisposeAsync();
            child.Exited.IsCompletedSuccessfully.ShouldBeTrue();
            (await child.Exited).ExitCode.ShouldBe(3);
            child.StandardOutput.CanRead.ShouldBeFalse();
            child.StandardInput.CanWrite.ShouldBeFalse();
            await child.DisposeAsync();
            child.Dispose();
            child.Signal(PosixSignal.SIGTERM);
        });
    }

    [Fact]
    public void Disposal_hangs_up_a_shell_that_ignores_SIGTERM()
    {
        InLoop("a shell", async () =>
        {
            var child = Start(new ChildProcessOptions("/bin/sh", "-c", "trap '' TERM; echo ready; sleep 1000") { Terminal = (80, 24) });
            byte[] buffer = new byte[64];
            (await child.Terminal.Stream.ReadAsync(buffer)).ShouldBeGreaterThan(0);
            await child.DisposeAsync();
            (await child.Exited).Signal.ShouldBe(PosixSignal.SIGHUP);
        });
    }

    [Fact]
    public void A_child_whose_pipe_is_kept_open_by_what_it_started_has_ended()
    {
        InLoop("a child", async () =>
        {
            var child = StartShell("exec 3<&0; sh -c 'read line; echo late' <&3 & exit 4", options => options.StandardInput = ChildStream.Pipe);
            (await child.Exited).ExitCode.ShouldBe(4);
            byte[] buffer = new byte[16];
            var read = child.StandardOutput.ReadAsync(buffer).AsTask();
            await Turns(3);
            read.IsCompleted.ShouldBeFalse();
            child.Dispose();
            await Should.ThrowAsync<ObjectDisposedException>(read);
        });
    }
}
