using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Processes;

/// <summary>Children that are killed while their pipes are in use.</summary>
public abstract partial class ChildProcessTests
{
    private const int BrokenPipe = 32; // EPIPE

    [Fact]
    public void A_reader_that_is_killed_midway_fails_the_write()
    {
        InLoop("a killed reader", async () =>
        {
            var child = StartShell("echo ready; exec sleep 1000", options => options.StandardInput = ChildStream.Pipe);
            await Await(child, "ready");
            var write = child.StandardInput.WriteAsync(new byte[1_000_000]).AsTask();
            await Turns(2);
            write.IsCompleted.ShouldBeFalse("the child reads nothing");
            child.StandardInput.BytesWritten.ShouldBeGreaterThan(0);
            child.Signal(Kill);
            (await Should.ThrowAsync<IOException>(() => Within(write))).HResult.ShouldBe(BrokenPipe);
            (await Within(child.Exited)).Signal.ShouldBe(Kill);
        });
    }

    [Fact]
    public void What_a_writer_wrote_before_it_was_killed_is_read_to_the_end()
    {
        InLoop("a killed writer", async () =>
        {
            var child = StartShell("echo ready; echo more; exec sleep 1000");
            await Await(child, "more");
            var rest = ReadAll(child.StandardOutput);
            child.Signal(Kill);
            (await Within(rest)).ShouldBe("");
            (await Within(child.Exited)).Signal.ShouldBe(Kill);

            child = StartShell("printf %70000s x; kill -9 $$");
            (await Within(ReadAll(child.StandardOutput))).Length.ShouldBe(70_000);
            (await Within(child.Exited)).Signal.ShouldBe(Kill);
        });
    }
}
