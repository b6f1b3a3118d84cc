using System.Runtime.InteropServices;
using System.Text;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Processes;

/// <summary>What child processes must do on every loop.</summary>
public abstract partial class ChildProcessTests(LoopFixture fixture) : SourceHarness(fixture)
{
    private const PosixSignal Kill = (PosixSignal)9;
    private const PosixSignal Stop = (PosixSignal)19;

    private ChildProcess Start(string program, params string[] arguments) => Own(ChildProcess.Start(Loop, program, arguments));

    private ChildProcess Start(ChildProcessOptions options) => Own(ChildProcess.Start(Loop, options));

    private ChildProcess StartShell(string script, Action<ChildProcessOptions>? set = null)
    {
        var options = new ChildProcessOptions("/bin/sh", "-c", script);
        set?.Invoke(options);
        return Start(options);
    }

    private static async Task<string> ReadAll(LoopStream stream)
    {
        var text = new MemoryStream();
        byte[] buffer = new byte[4096];
        for (int count; (count = await stream.ReadAsync(buffer)) > 0;)
            text.Write(buffer, 0, count);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>Reads until the child has said that it is ready.</summary>
    private static async Task Await(ChildProcess child, string word)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[256];
        while (!text.ToString().Contains(word, StringComparison.Ordinal))
        {
            int count = await child.StandardOutput.ReadAsync(buffer);
            count.ShouldBeGreaterThan(0, $"the child ended before it wrote '{word}'");
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
    }

    [Fact]
    public void A_child_writes_and_ends()
    {
        InLoop("a child", async () =>
        {
            var child = Start("echo", "hello", "two words");
            (await ReadAll(child.StandardOutput)).ShouldBe("hello two words\n");
            var status = await child.Exited;
            status.Succeeded.ShouldBeTrue();
            status.Signal.ShouldBeNull();
            Loop.IsOnLoopThread.ShouldBeTrue();
        });
    }

    [Fact]
    public void An_exit_code_is_reported()
    {
        InLoop("a child", async () =>
        {
            var status = await StartShell("exit 7").Exited;
            status.ExitCode.ShouldBe(7);
            status.Signal.ShouldBeNull();
            status.Succeeded.ShouldBeFalse();
        });
    }

    [Theory]
    [InlineData("TERM", PosixSignal.SIGTERM, 143)]
    [InlineData("KILL", Kill, 137)]
    public void The_signal_that_ended_a_child_is_reported(string name, PosixSignal signal, int code)
    {
        InLoop("a child", async () =>
        {
            var status = await StartShell($"kill -{name} $$").Exited;
            status.Signal.ShouldBe(signal);
            status.ExitCode.ShouldBe(code);
            status.Succeeded.ShouldBeFalse();
        });
    }

    [Fact]
    public void What_is_written_to_a_child_comes_back_and_its_input_can_end()
    {
        InLoop("cat", async () =>
        {
            var child = Start(new ChildProcessOptions("cat") { StandardInput = ChildStream.Pipe });
            byte[] sent = new byte[300_000];
            Random.Shared.NextBytes(sent);
            var written = Write();
            var received = new MemoryStream();
            await child.StandardOutput.CopyToAsync(received);
            await written;
            received.ToArray().AsSpan().SequenceEqual(sent).ShouldBeTrue();
            (await child.Exited).Succeeded.ShouldBeTrue();

            async Task Write()
            {
                await child.StandardInput.WriteAsync(sent);
                child.StandardInput.CompleteWrites();
            }
        });
    }

    [Fact]
    public void All_output_written_before_the_end_can_be_read_after_it()
    {
        InLoop("a child", async () =>
        {
            var child = StartShell("head -c 50000 /dev/zero; echo done");
            await child.Exited;
            (await ReadAll(child.StandardOutput)).Length.ShouldBe(50_005);
        });
    }

    [Fact]
    public void Standard_error_can_be_a_pipe_or_go_where_the_output_goes()
    {
        InLoop("children", async () =>
        {
            var apart = StartShell("echo one; echo two >&2", options => options.StandardError = ChildStream.Pipe);
            (await ReadAll(apart.StandardOutput)).ShouldBe("one\n");
            (await ReadAll(apart.StandardError)).ShouldBe("two\n");
            var together = StartShell("echo one; echo two >&2; echo three", options => options.StandardError = ChildStream.StandardOutput);
            (await ReadAll(together.StandardOutput)).ShouldBe("one\ntwo\nthree\n");
        });
    }

    [Fact]
    public void A_child_may_be_started_on_another_thread_and_ends_on_the_loop()
    {
        InLoop("a child", async () =>
        {
            var options = new ChildProcessOptions("cat") { StandardInput = ChildStream.Pipe };
            var child = Own(await Task.Run(() => ChildProcess.Start(Loop, options)));
            var ended = new TaskCompletionSource<bool>();
            _ = child.Exited.ContinueWith(_ => ended.SetResult(Loop.IsOnLoopThread), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            child.StandardInput.Dispose();
            (await ended.Task).ShouldBeTrue();
        });
    }

    [Fact]
    public void A_stream_that_is_no_pipe_says_so()
    {
        InLoop("a child", async () =>
        {
            var child = Start("true");
            Should.Throw<InvalidOperationException>(() => child.StandardInput).Message.ShouldContain("ChildStream.Pipe");
            Should.Throw<InvalidOperationException>(() => child.StandardError);
            Should.Throw<InvalidOperationException>(() => child.Terminal).Message.ShouldContain("Terminal");
            await child.Exited;
        });
    }
}
