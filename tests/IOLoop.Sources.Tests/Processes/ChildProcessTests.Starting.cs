using System.Diagnostics;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Processes;

public abstract partial class ChildProcessTests
{
    private const int ENOENT = 2;
    private const int ENOEXEC = 8;
    private const int EACCES = 13;
    private const int ENOTDIR = 20;
    private const int ETXTBSY = 26;

    private string NewFolder() => Own(new TemporaryFolder()).Path;

    /// <summary>
    /// Written by another process. A descriptor of this one would be open for a moment in children that other tests start meanwhile, and the
    /// kernel executes no file that is open for writing (ETXTBSY).
    /// </summary>
    private static string NewFile(string folder, string name, string text, bool executable)
    {
        string path = Path.Combine(folder, name);
        using var shell = Process.Start("/bin/sh", ["-c", "printf %s \"$2\" > \"$1\" && chmod \"$3\" \"$1\"", "sh", path, text, executable ? "700" : "600"]);
        shell.WaitForExit(Bounded.Patience).ShouldBeTrue();
        return path;
    }

    private void Refuses(ChildProcessOptions options, int errno, params string[] words)
    {
        SkipUnderQemu("its posix_spawn does not report what fails in the child");
        var exception = Should.Throw<IOException>(() => ChildProcess.Start(Loop, options));
        exception.HResult.ShouldBe(errno);
        exception.Message.ShouldContain($"'{options.Program}'");
        foreach (string word in words)
            exception.Message.ShouldContain(word);
    }

    [Fact]
    public void A_missing_program_is_an_exception_that_names_it()
    {
        InLoop(() =>
        {
            Refuses(new("no-such-program"), ENOENT, "PATH");
            Refuses(new("/no/such/program"), ENOENT, "does not exist");
            Refuses(new("./no-such-program"), ENOENT, "does not exist");
            Refuses(new("/bin/sh/program"), ENOTDIR, "does not exist");
            Refuses(new("sh") { Environment = { ["PATH"] = "/no/such:/folders" } }, ENOENT, "/no/such:/folders");
        });
    }

    [Fact]
    public void A_file_that_is_no_program_is_an_exception_that_says_why()
    {
        string folder = NewFolder();
        InLoop(() =>
        {
            Refuses(new(NewFile(folder, "locked", "#!/bin/sh\n", executable: false)), EACCES, "permissions");
            Refuses(new("locked") { Environment = { ["PATH"] = folder } }, EACCES, "permissions", folder);
            Refuses(new(folder), EACCES, "is a directory");
            Refuses(new(NewFile(folder, "text", "echo text\n", executable: true)), ENOEXEC, "#!");
            using (File.OpenWrite(NewFile(folder, "busy", "#!/bin/sh\n", executable: true)))
                Refuses(new(Path.Combine(folder, "busy")), ETXTBSY, "is open for writing");
            Refuses(new(NewFile(folder, "orphan", "#!/no/such/interpreter\n", executable: true)), ENOENT, "interpreter");
        });
    }

    [Fact]
    public void A_working_directory_that_does_not_exist_is_an_exception_that_names_it()
    {
        InLoop(() =>
        {
            Refuses(new("true") { WorkingDirectory = "/no/such/folder" }, ENOENT, "working directory /no/such/folder");
            Refuses(new("true") { WorkingDirectory = "/bin/sh" }, ENOTDIR, "working directory /bin/sh");
        });
    }

    [Fact]
    public void A_child_runs_in_its_working_directory_with_its_environment()
    {
        string folder = NewFolder();
        NewFile(folder, "tool", "#!/bin/sh\npwd; echo \"$GIVEN,${HOME-none}\"\n", executable: true);
        InLoop("children", async () =>
        {
            var options = new ChildProcessOptions("./tool") { WorkingDirectory = folder, Environment = { ["GIVEN"] = "a=b", ["HOME"] = null } };
            (await ReadAll(Start(options).StandardOutput)).ShouldBe($"{folder}\na=b,none\n");
            options = new ChildProcessOptions("tool") { WorkingDirectory = folder, Environment = { ["PATH"] = "/no/such:.:/bin" } };
            (await ReadAll(Start(options).StandardOutput)).ShouldStartWith(folder);
        });
    }

    [Fact]
    public void The_first_folder_of_the_path_that_has_the_program_is_taken()
    {
        string first = NewFolder();
        string second = NewFolder();
        NewFile(first, "tool", "#!/bin/sh\necho locked\n", executable: false);
        NewFile(second, "tool", "#!/bin/sh\necho second\n", executable: true);
        InLoop("a child", async () =>
        {
            var child = Start(new ChildProcessOptions("tool") { Environment = { ["PATH"] = $"{first}:{second}:/bin:/usr/bin" } });
            (await ReadAll(child.StandardOutput)).ShouldBe("second\n");
        });
    }

    [Fact]
    public void Arguments_are_given_as_they_are()
    {
        string[] arguments = ["", "two words", "$HOME *", "\"quoted\"", "grün", "line\nline"];
        InLoop("a child", async () =>
        {
            var child = Start("/usr/bin/printf", ["%s|", .. arguments]);
            (await ReadAll(child.StandardOutput)).ShouldBe(string.Join("|", arguments) + "|");
        });
    }

    [Fact]
    public void Arguments_and_environment_can_be_set_as_a_whole()
    {
        InLoop("a child", async () =>
        {
            var options = new ChildProcessOptions("/usr/bin/env") { Arguments = ["/bin/sh", "-c", "echo \"$A,${HOME-none}\""], Environment = new Dictionary<string, string?> { ["A"] = "b" } };
            (await ReadAll(Start(options).StandardOutput)).ShouldBe("b,none\n");
            Should.Throw<ArgumentNullException>(() => options.Arguments = null!);
            Should.Throw<ArgumentNullException>(() => options.Environment = null!);
        });
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        ChildProcessOptions[] wrong =
        [
            new(""),
            new("tr\0ue"),
            new("true", "a\0b"),
            new("true", null!, "b"),
            new("true") { WorkingDirectory = "a\0b" },
            new("true") { Environment = { ["A"] = "a\0b" } },
            new("true") { Environment = { ["A=B"] = "" } },
            new("true") { Environment = { [""] = "" } },
            new("true") { StandardInput = ChildStream.StandardOutput },
            new("true") { StandardOutput = ChildStream.StandardOutput },
            new("true") { Terminal = (80, 24), StandardError = ChildStream.Inherit },
            new("true") { Terminal = (-1, 24) },
            new("true") { Terminal = (80, 65536) },
        ];
        InLoop(() =>
        {
            foreach (var options in wrong)
                Should.Throw<ArgumentException>(() => ChildProcess.Start(Loop, options));
            Should.Throw<ArgumentNullException>(() => ChildProcess.Start(Loop, (string)null!));
            Should.Throw<ArgumentNullException>(() => ChildProcess.Start(null!, "true"));
        });
    }

    [Fact]
    public void A_closed_loop_starts_nothing()
    {
        Loop.Close();
        Should.Throw<ObjectDisposedException>(() => ChildProcess.Start(Loop, "true"));
    }

    [Fact]
    public void A_given_descriptor_stays_the_callers_and_a_closed_one_is_an_exception()
    {
        InLoop("cat", async () =>
        {
            var (reader, writer) = LoopStream.CreatePipe(Loop);
            Own(reader);
            var child = Start(new ChildProcessOptions("echo", "given") { StandardOutput = ChildStream.From(writer.Descriptor) });
            await child.Exited;
            await writer.WriteAsync("mine\n"u8.ToArray());
            writer.Dispose();
            (await ReadAll(reader)).ShouldBe("given\nmine\n");
            Refuses(new ChildProcessOptions("true") { StandardInput = ChildStream.From(1_000_000) }, 9, "1000000");
        });
    }

    [Fact]
    public void A_child_inherits_the_standard_streams_and_nothing_else()
    {
        InLoop("ls", async () =>
        {
            using var open = new InheritableDescriptor();
            var others = Enumerable.Range(0, 3).Select(_ => StartShell("read line", options => options.StandardInput = ChildStream.Pipe)).ToList();
            string listed = await ReadAll(Start("ls", "/proc/self/fd").StandardOutput);
            listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["0", "1", "2", "3"]); // 3 is what ls reads
            others.ForEach(other => other.StandardInput.CompleteWrites());
            await Task.WhenAll(others.Select(other => other.Exited));
        });
    }

    [Fact]
    public void A_child_begins_with_signals_at_their_defaults()
    {
        InLoop("grep", async () =>
        {
            var child = Start("grep", "-E", "^(SigBlk|SigIgn)", "/proc/self/status");
            string[] sets = [.. (await ReadAll(child.StandardOutput)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[1])];
            sets[0].ShouldBe("0000000000000000");
            (Convert.ToInt64(sets[1], 16) & ((1L << 12) | (1L << 16))).ShouldBe(0); // SIGPIPE, SIGCHLD
        });
    }

    [Fact]
    public void A_new_session_and_a_new_group_are_led_by_the_child()
    {
        InLoop("children", async () =>
        {
            (await Ids(_ => { })).ShouldNotContain("own");
            (await Ids(options => options.NewProcessGroup = true)).ShouldBe("own group");
            (await Ids(options => options.NewSession = true)).ShouldBe("own group own session");
            (await Ids(options => (options.NewSession, options.NewProcessGroup) = (true, true))).ShouldBe("own group own session");
        });

        async Task<string> Ids(Action<ChildProcessOptions> set)
        {
            var child = StartShell("ps -o pgid= -o sid= -p $$", set);
            string[] ids = (await ReadAll(child.StandardOutput)).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            string[] own = [.. new[] { "own group", "own session" }.Where((_, index) => ids[index] == $"{child.Id}")];
            return string.Join(' ', own);
        }
    }

    [Fact]
    public void Pipes_are_blocking_for_the_child()
    {
        InLoop("a child", async () =>
        {
            var child = StartShell("grep flags: /proc/self/fdinfo/0 /proc/self/fdinfo/1", options => options.StandardInput = ChildStream.Pipe);
            (await ReadAll(child.StandardOutput)).ShouldNotMatch("flags:.*4[0-7]{3}\\n"); // O_NONBLOCK
        });
    }
}
