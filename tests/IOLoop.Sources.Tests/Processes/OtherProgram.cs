using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops.Conformance;
using Shouldly;

namespace IOLoops.Sources.Tests.Processes;

/// <summary>This program, started once more by a shell that changes first what a program cannot change of itself.</summary>
internal static class OtherProgram
{
    internal const int Succeeded = 42;

    private const string Variable = "IOLOOP_SOURCES_TESTS_SCENARIO";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <returns>The exit code, and what it wrote to its standard output and error.</returns>
    internal static (int ExitCode, string Output, string Error) Run(string shell, string scenario)
    {
        string program = Environment.ProcessPath!;
        string[] arguments = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, typeof(OtherProgram).Assembly.Location] : [program];
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"{shell}\nexec \"$0\" \"$@\"", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [Variable] = scenario },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Close();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            throw new TimeoutException("The other process has not ended in time.");
        }
        return (process.ExitCode, output.WaitAsync(Patience).GetAwaiter().GetResult(), error.WaitAsync(Patience).GetAwaiter().GetResult());
    }

    /// <summary>Runs before Main, which belongs to the test framework.</summary>
    [ModuleInitializer]
    internal static void RunIfAsked()
    {
        Func<IOLoop, Task>? scenario = Environment.GetEnvironmentVariable(Variable) switch
        {
            nameof(StreamsInEachOthersPlaces) => StreamsInEachOthersPlaces,
            nameof(WithoutStandardStreams) => WithoutStandardStreams,
            nameof(AfterIgnoringChildren) => AfterIgnoringChildren,
            _ => null,
        };
        if (scenario is null)
            return;
        using var loop = new PollIOLoop();
        loop.RunSync(() => scenario(loop));
        Environment.Exit(Succeeded);
    }

    private static async Task StreamsInEachOthersPlaces(IOLoop loop)
    {
        var options = new ChildProcessOptions("/bin/sh", "-c", "echo out; echo err >&2")
        {
            StandardOutput = ChildStream.From(2),
            StandardError = ChildStream.From(1),
        };
        using (var child = ChildProcess.Start(loop, options))
            await child.Exited;
        options = new ChildProcessOptions("echo", "same") { StandardInput = ChildStream.From(0), StandardOutput = ChildStream.From(1), StandardError = ChildStream.From(2) };
        using (var child = ChildProcess.Start(loop, options))
            await child.Exited;
    }

    private static async Task WithoutStandardStreams(IOLoop loop)
    {
        // The runtime opens /dev/null for those that are closed when it begins, so they are closed here.
        for (int fd = 0; fd < 3; fd++)
            _ = InheritableDescriptor.close(fd);
        var options = new ChildProcessOptions("/bin/sh", "-c", "cat; echo err >&2") { StandardInput = ChildStream.Pipe, StandardError = ChildStream.Pipe };
        await using (var child = ChildProcess.Start(loop, options))
        {
            await child.StandardInput.WriteAsync("out"u8.ToArray());
            child.StandardInput.CompleteWrites();
            (await new StreamReader(child.StandardOutput).ReadToEndAsync()).ShouldBe("out");
            (await new StreamReader(child.StandardError).ReadToEndAsync()).ShouldBe("err\n");
        }
        options = new ChildProcessOptions("readlink", "/proc/self/fd/0", "/proc/self/fd/2") { StandardInput = ChildStream.Inherit };
        await using (var child = ChildProcess.Start(loop, options))
            (await new StreamReader(child.StandardOutput).ReadToEndAsync()).ShouldBe("/dev/null\n/dev/null\n");
    }

    private static async Task AfterIgnoringChildren(IOLoop loop)
    {
        using var child = ChildProcess.Start(loop, "/bin/sh", "-c", "echo out; exit 3");
        (await new StreamReader(child.StandardOutput).ReadToEndAsync()).ShouldBe("out\n");
        try
        {
            (await child.Exited).ExitCode.ShouldBe(3); // the runtime may have undone it
        }
        catch (IOException exception)
        {
            exception.HResult.ShouldBe(10); // ECHILD
            exception.Message.ShouldContain("SIGCHLD");
        }
        child.Signal(PosixSignal.SIGTERM);
        (await child.StopAsync(TimeSpan.Zero).ContinueWith(_ => 1, TaskScheduler.Default)).ShouldBe(1);
        // Children of the child are not affected.
        using var parent = ChildProcess.Start(loop, "/bin/sh", "-c", "sh -c 'exit 6'; echo $?");
        (await new StreamReader(parent.StandardOutput).ReadToEndAsync()).ShouldBe("6\n");
    }
}
