using System.Text;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Processes;

/// <summary>What child processes must do on Windows, on every loop. <c>tests/Portability</c> runs them.</summary>
public abstract partial class WindowsChildTests(LoopFixture fixture) : SourceHarness(fixture)
{
    private ChildProcess Start(ChildProcessOptions options) => Own(ChildProcess.Start(Loop, options));

    private ChildProcess Shell(string command, Action<ChildProcessOptions>? set = null)
    {
        var options = new ChildProcessOptions("cmd", "/d", "/c", command);
        set?.Invoke(options);
        return Start(options);
    }

    /// <summary>This program again.</summary>
    private ChildProcess Again(string what, Action<ChildProcessOptions>? set = null)
    {
        var options = new ChildProcessOptions(WindowsChildProgram.Path) { Environment = { [WindowsChildProgram.Variable] = what } };
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

    private static async Task<string> ReadLine(LoopStream stream)
    {
        await foreach (string line in stream.ReadLinesAsync())
            return line;
        return "";
    }

    [Fact]
    public void A_child_writes_and_ends() => InLoop("a child", async () =>
    {
        var child = Own(ChildProcess.Start(Loop, "cmd", "/d", "/c", "echo hello"));
        (await ReadAll(child.StandardOutput)).ShouldBe("hello\r\n");
        Loop.IsOnLoopThread.ShouldBeTrue();
        (await child.StandardOutput.ReadAsync(new byte[1])).ShouldBe(0);
        var status = await child.Exited;
        Loop.IsOnLoopThread.ShouldBeTrue();
        status.Succeeded.ShouldBeTrue();
        status.Signal.ShouldBeNull();
    });

    [Fact]
    public void An_exit_code_is_reported() => InLoop("children", async () =>
    {
        (await Shell("exit 7").Exited).ShouldBe(await Shell("exit 7").Exited);
        var status = await Shell("exit 143").Exited; // by itself
        status.ExitCode.ShouldBe(143);
        status.Signal.ShouldBeNull();
    });

    [Fact]
    public void What_is_written_to_a_child_comes_back_and_its_input_can_end() => InLoop("a child", async () =>
    {
        var child = Again("cat", options => options.StandardInput = ChildStream.Pipe);
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
            child.StandardInput.BytesWritten.ShouldBe(sent.Length);
            child.StandardInput.CompleteWrites();
        }
    });

    [Fact]
    public void All_output_written_before_the_end_can_be_read_after_it() => InLoop("a child", async () =>
    {
        var child = Shell("for /L %i in (1,1,500) do @echo line");
        await child.Exited;
        (await ReadAll(child.StandardOutput)).Length.ShouldBe(500 * "line\r\n".Length);
    });

    [Fact]
    public void Standard_error_can_be_a_pipe_or_go_where_the_output_goes() => InLoop("children", async () =>
    {
        var apart = Shell("echo one& echo two>&2", options => options.StandardError = ChildStream.Pipe);
        (await ReadAll(apart.StandardOutput)).ShouldBe("one\r\n");
        (await ReadAll(apart.StandardError)).ShouldBe("two\r\n");
        var together = Shell("echo one& echo two>&2& echo three", options => options.StandardError = ChildStream.StandardOutput);
        (await ReadAll(together.StandardOutput)).ShouldBe("one\r\ntwo\r\nthree\r\n");
    });

    [Fact]
    public void A_child_runs_in_its_working_directory_with_its_environment() => InLoop("children", async () =>
    {
        using var folder = new TemporaryFolder();
        var child = Shell("cd& echo %GIVEN%,%TMP%", options =>
        {
            options.WorkingDirectory = folder.Path;
            options.Environment["GIVEN"] = "a=b";
            options.Environment["Tmp"] = null; // which has no case
        });
        (await ReadAll(child.StandardOutput)).ShouldBe($"{folder.Path}\r\na=b,%TMP%\r\n");
    });

    [Fact]
    public void Variables_are_sorted_by_name_as_a_process_that_changes_them_expects() => InLoop("a child", async () =>
    {
        var child = Again("variables", options =>
        {
            options.Environment["Given"] = "1";
            options.Environment["GIVEN(x86)"] = "2"; // as a whole it would be the first
            options.Environment["given2"] = "3";
        });
        string[] names = (await ReadAll(child.StandardOutput)).Split('|');
        names.Where(static name => name.StartsWith("given", StringComparison.OrdinalIgnoreCase)).ShouldBe(["Given", "GIVEN(x86)", "given2"]);
    });

    [Fact]
    public void Arguments_are_given_as_they_are() => InLoop("a child", async () =>
    {
        string[] arguments = ["", "two words", "%TMP% *", "\"quoted\"", "grün", "a\\", "a b\\", "\\\\\"", "tab\tend"];
        var child = Again("arguments", options => options.Arguments = arguments);
        (await ReadAll(child.StandardOutput)).ShouldBe(string.Join('|', arguments));
    });

    [Fact]
    public void An_input_of_nothing_is_at_its_end_and_an_output_may_be_discarded() => InLoop("a child", async () =>
    {
        (await ReadAll(Again("cat").StandardOutput)).ShouldBe("");
        (await Shell("echo lost", options => options.StandardOutput = ChildStream.Null).Exited).Succeeded.ShouldBeTrue();
    });

    [Fact]
    public void A_given_handle_stays_the_callers() => InLoop("a child", async () =>
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "output");
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite))
        {
            await Shell("echo given", options => options.StandardOutput = ChildStream.From(file)).Exited;
            file.IsClosed.ShouldBeFalse();
        }
        // Wine ends a process shortly before it closes what that had open.
        string? written = null;
        await UntilAsync(IsClosed, () => "the child has closed the file");
        written.ShouldBe("given\r\n");

        bool IsClosed()
        {
            try
            {
                written = File.ReadAllText(path);
                File.Delete(path);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    });

    [Fact]
    public void A_child_may_be_started_on_another_thread_and_ends_on_the_loop() => InLoop("a child", async () =>
    {
        var child = Own(await Task.Run(() => ChildProcess.Start(Loop, "cmd", "/d", "/c", "exit 3")));
        var ended = new TaskCompletionSource<bool>();
        _ = child.Exited.ContinueWith(_ => ended.SetResult(Loop.IsOnLoopThread), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        (await child.Exited).ExitCode.ShouldBe(3);
        (await ended.Task).ShouldBeTrue();
    });

    [Fact]
    public void What_cannot_be_started_is_an_exception_that_says_why() => InLoop(() =>
    {
        using var folder = new TemporaryFolder();
        Refuses(new("no-such-program"), "PATH");
        Refuses(new(@"C:\no\such\program.exe"), "does not exist");
        Refuses(new("cmd") { Environment = { ["Path"] = @"C:\no;C:\such" } }, @"C:\no;C:\such");
        Refuses(new("cmd") { WorkingDirectory = @"C:\no\such" }, @"the working directory C:\no\such");
        string text = Path.Combine(folder.Path, "text.exe");
        File.WriteAllText(text, "text");
        Refuses(new(text), "not a program");
        string batch = Path.Combine(folder.Path, "batch.cmd");
        File.WriteAllText(batch, "exit 1");
        Refuses(new(batch), "cmd.exe");
        Should.Throw<PlatformNotSupportedException>(() => ChildProcess.Start(Loop, new ChildProcessOptions("cmd") { NewSession = true })).Message.ShouldContain("NewProcessGroup");
        Should.Throw<PlatformNotSupportedException>(() => ChildProcess.Start(Loop, new ChildProcessOptions("cmd") { Terminal = (80, 24) })).Message.ShouldContain("pipes");

        void Refuses(ChildProcessOptions options, string words)
        {
            string message = Should.Throw<IOException>(() => ChildProcess.Start(Loop, options)).Message;
            message.ShouldStartWith($"Could not start '{options.Program}'");
            message.ShouldContain(words);
        }
    });

    [Fact]
    public void A_child_inherits_no_other_handle() => InLoop("a child", async () =>
    {
        using var server = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.In, HandleInheritability.Inheritable);
        var child = Again("hang");
        (await ReadLine(child.StandardOutput)).ShouldBe("ready");
        server.DisposeLocalCopyOfClientHandle();
        (await Within(server.ReadAsync(new byte[1]).AsTask())).ShouldBe(0); // no other process has its other end
        child.Exited.IsCompleted.ShouldBeFalse();
    });
}
