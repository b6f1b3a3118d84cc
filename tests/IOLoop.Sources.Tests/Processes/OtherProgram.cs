using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops.Conformance;
using Shouldly;

namespace IOLoops.Sources.Tests.Processes;

/// <summary>This program, started once more, by a program that changes first what it cannot change of itself.</summary>
internal static class OtherProgram
{
    internal const int Succeeded = 42;

    private const int ECHILD = 10;

    private const string Variable = "IOLOOP_SOURCES_TESTS_SCENARIO";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What starts this program again: it may have been started as an argument of <c>dotnet</c>.</summary>
    internal static string[] Command { get; } = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? [Environment.ProcessPath!, typeof(OtherProgram).Assembly.Location]
        : [Environment.ProcessPath!];

    /// <returns>The exit code, and what it wrote to its standard output and error.</returns>
    internal static (int ExitCode, string Output, string Error) Run(string wrapper, string scenario)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec {wrapper} \"$0\" \"$@\"", .. Command])
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
            // What this program writes to its standard error is not for the child.
            Enumerable.Range(0, 3).Select(fd => new FileInfo($"/proc/self/fd/{fd}").LinkTarget).ShouldAllBe(target => target == null || !target.StartsWith("pipe:", StringComparison.Ordinal));
            await child.StandardInput.WriteAsync("out"u8.ToArray());
            child.StandardInput.CompleteWrites();
            (await new StreamReader(child.StandardOutput).ReadToEndAsync()).ShouldBe("out");
            (await new StreamReader(child.StandardError).ReadToEndAsync()).ShouldBe("err\n");
        }
        options = new ChildProcessOptions("readlink", "/proc/self/fd/0", "/proc/self/fd/2") { StandardInput = ChildStream.Inherit };
        await using (var child = ChildProcess.Start(loop, options))
            (await new StreamReader(child.StandardOutput).ReadToEndAsync()).ShouldBe("/dev/null\n/dev/null\n");
    }

    /// <summary>Whether SIGCHLD is in a set of signals, as the kernel shows them.</summary>
    private static bool IsChild(string line) => (Convert.ToInt64(line["SigIgn:".Length..].Trim(), 16) & (1L << 16)) != 0;

    private static async Task AfterIgnoringChildren(IOLoop loop)
    {
        IsChild(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))).ShouldBeTrue();
        using var child = ChildProcess.Start(loop, "/bin/sh", "-c", "echo out; exit 3");
        (await new StreamReader(child.StandardOutput).ReadToEndAsync()).ShouldBe("out\n");
        var exception = await Should.ThrowAsync<IOException>(child.Exited);
        exception.HResult.ShouldBe(ECHILD);
        exception.Message.ShouldContain("SIGCHLD");
        child.Signal(PosixSignal.SIGTERM);
        (await child.StopAsync(TimeSpan.Zero).ContinueWith(_ => 1, TaskScheduler.Default)).ShouldBe(1);
        // The child's own children are none of that.
        using var parent = ChildProcess.Start(loop, "grep", "SigIgn", "/proc/self/status");
        string ignored = await new StreamReader(parent.StandardOutput).ReadToEndAsync();
        IsChild(ignored).ShouldBeFalse();
    }
}
