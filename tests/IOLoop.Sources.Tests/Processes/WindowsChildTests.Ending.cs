using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Processes;

public abstract partial class WindowsChildTests
{
    private const PosixSignal Kill = (PosixSignal)9;

    [Fact]
    public void SIGTERM_and_SIGKILL_end_the_child_and_others_are_refused() => InLoop("children", async () =>
    {
        foreach (var (signal, code) in new[] { (PosixSignal.SIGTERM, 143), (Kill, 137) })
        {
            var child = Again("hang");
            Should.Throw<PlatformNotSupportedException>(() => child.Signal(PosixSignal.SIGHUP)).Message.ShouldContain("standard input");
            child.Signal(signal);
            var status = await child.Exited;
            (status.Signal, status.ExitCode).ShouldBe((signal, code));
            child.Signal(signal);
        }
    });

    [Fact]
    public void Stopping_ends_the_child_and_the_token_ends_the_waiting_alone() => InLoop("a child", async () =>
    {
        var child = Again("hang");
        await ReadLine(child.StandardOutput);
        using var cancelled = new CancellationTokenSource();
        (await child.StopAsync(TimeSpan.FromMinutes(10), cancelled.Token)).Signal.ShouldBe(PosixSignal.SIGTERM);
        Loop.IsOnLoopThread.ShouldBeTrue();
        (await child.StopAsync(TimeSpan.Zero)).Signal.ShouldBe(PosixSignal.SIGTERM);
    });

    [Fact]
    public void With_a_group_of_its_own_what_the_child_has_started_is_ended_with_it() => InLoop("a group", async () =>
    {
        var child = Again("parent", options => options.NewProcessGroup = true);
        int other = int.Parse(await ReadLine(child.StandardOutput), CultureInfo.InvariantCulture);
        using var grandchild = Process.GetProcessById(other);
        var gone = Loop.WaitHandleAsync(grandchild.SafeHandle);
        await child.StopAsync(TimeSpan.Zero);
        await gone;
    });

    [Fact]
    public void Disposal_ends_the_child_and_what_is_in_progress() => InLoop("a child", async () =>
    {
        var child = Again("hang", options => (options.StandardInput, options.StandardError) = (ChildStream.Pipe, ChildStream.Pipe));
        (await ReadLine(child.StandardOutput)).ShouldBe("ready");
        var read = child.StandardError.ReadAsync(new byte[16]).AsTask();
        await child.DisposeAsync();
        child.Exited.IsCompletedSuccessfully.ShouldBeTrue();
        (await child.Exited).Signal.ShouldBe(PosixSignal.SIGTERM);
        child.StandardOutput.CanRead.ShouldBeFalse();
        child.StandardInput.CanWrite.ShouldBeFalse();
        try
        {
            (await read).ShouldBe(0); // the end came first
        }
        catch (ObjectDisposedException)
        {
            read.IsFaulted.ShouldBeTrue();
        }
        await child.DisposeAsync();
    });

    [Fact]
    public void A_child_outlives_a_loop_that_is_closed_and_its_end_is_still_reported()
    {
        ChildProcess? child = null;
        Task<int>? read = null;
        InLoop("a child", async () =>
        {
            child = Again("cat", options => (options.StandardInput, options.StandardError) = (ChildStream.Pipe, ChildStream.Pipe));
            read = child.StandardOutput.ReadAsync(new byte[16]).AsTask();
            await Turns(3);
        });
        Loop.Close();
        Bounded.Await(read!, "the end of a read");
        read!.Exception!.InnerException.ShouldBeOfType<ObjectDisposedException>().Message.ShouldContain("loop was closed");
        child!.Exited.IsCompleted.ShouldBeFalse();
        child.StandardInput.Dispose();
        Bounded.Await(child.Exited, "the end of the child");
        child.Exited.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void Writing_to_a_child_that_has_ended_fails() => InLoop("a child", async () =>
    {
        var child = Shell("exit 0", options => options.StandardInput = ChildStream.Pipe);
        await child.Exited;
        // Wine ends a process shortly before it closes what that had open.
        var failed = Should.ThrowAsync<IOException>(async () =>
        {
            while (true)
                await child.StandardInput.WriteAsync(new byte[10]);
        });
        await Within(failed);
    });

    [Fact]
    public void Children_leave_no_handles_behind() => InLoop("children in a row", async () =>
    {
        int before = 0;
        for (int i = 0; i < 45; i++)
        {
            NoteProgress();
            if (i == 5)
                before = OpenHandles.Count();
            await using var child = ChildProcess.Start(Loop, new ChildProcessOptions("cmd", "/d", "/c", "exit 0")
            {
                StandardInput = ChildStream.Pipe,
                StandardError = ChildStream.Pipe,
                NewProcessGroup = i % 2 == 0,
            });
            await ReadAll(child.StandardOutput);
            await child.Exited;
        }
        OpenHandles.Count().ShouldBeLessThan(before + 20); // fewer than one for each
    });
}
