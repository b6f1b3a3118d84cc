using System.Runtime.InteropServices;
using IOLoops;
using IOLoops.Sources;

namespace Faults.Workloads;

/// <summary>Child processes with pipes, a terminal and none of both, which end by themselves or by a signal.</summary>
internal sealed class ProcessWorkload(string name) : SourceWorkload
{
    internal override string Name => name;

    protected override IReadOnlyList<Func<IOLoop, Trial, Task>> Parts => [UsePipes, Signal, Stop, UseTerminal];

    private static async Task UsePipes(IOLoop loop, Trial trial)
    {
        var options = new ChildProcessOptions("sh", "-c", "cat; exit 3")
        {
            StandardInput = ChildStream.Pipe,
            StandardOutput = ChildStream.Pipe,
            StandardError = ChildStream.Null,
            WorkingDirectory = "/",
        };
        for (int i = 0; i < 3; i++)
        {
            await using var child = ChildProcess.Start(loop, options);
            await child.StandardInput.WriteAsync("hello"u8.ToArray());
            child.StandardInput.CompleteWrites();
            byte[] buffer = new byte[5];
            await child.StandardOutput.ReadExactlyAsync(buffer);
            trial.Require(buffer.AsSpan().SequenceEqual("hello"u8), "a child answered otherwise");
            trial.Require((await child.Exited).ExitCode == 3, "a child has another exit code");
        }
    }

    private static async Task Signal(IOLoop loop, Trial trial)
    {
        await using var child = ChildProcess.Start(loop, Quiet());
        child.Signal(PosixSignal.SIGTERM);
        trial.Require((await child.Exited).Signal == PosixSignal.SIGTERM, "a child ended by another signal");
    }

    private static async Task Stop(IOLoop loop, Trial trial)
    {
        var options = Quiet();
        options.NewProcessGroup = true;
        await using var child = ChildProcess.Start(loop, options);
        trial.Require((await child.StopAsync(TimeSpan.FromMilliseconds(100))).Signal is not null, "a child was not stopped by a signal");
    }

    private static async Task UseTerminal(IOLoop loop, Trial trial)
    {
        await using var child = ChildProcess.Start(loop, new ChildProcessOptions("/bin/sh", "-c", "test -t 0") { Terminal = (80, 24) });
        trial.Require((await child.Exited).ExitCode == 0, "a child has no terminal");
    }

    private static ChildProcessOptions Quiet() => new("/bin/sleep", "100")
    {
        StandardInput = ChildStream.Null,
        StandardOutput = ChildStream.Null,
        StandardError = ChildStream.Null,
    };
}
