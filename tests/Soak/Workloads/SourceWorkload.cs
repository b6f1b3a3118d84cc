using IOLoops.Sources;
using Soak.Checking;
using Soak.Loops;

namespace Soak.Workloads;

/// <summary>Streams over pipes and pairs of sockets, terminals, folder watches, and child processes that send back what they get.</summary>
internal sealed class SourceWorkload(Life life, Random random) : Workload(life, random)
{
    private const int MostBytes = 100_000; // more than a pipe takes at once

    internal override Task RunAsync(CancellationToken over) => OnLoop(async () =>
    {
        await UseChild();
        await UseFolder();
        while (!over.IsCancellationRequested)
        {
            await Use();
            Life.Tally.Add(Work.Transfers);
            await PauseOnLoop("code that awaited a stream");
        }
    });

    private async Task Use()
    {
        switch (Random.Next(3))
        {
            case 0:
                var (reader, writer) = LoopStream.CreatePipe(Life.Loop);
                using (reader)
                using (writer)
                    await Transfer(writer, reader, MostBytes);
                break;
            case 1:
                var (one, other) = LoopStream.CreatePair(Life.Loop);
                using (one)
                using (other)
                    await Transfer(one, other, MostBytes);
                break;
            default:
                using (var terminal = PseudoTerminal.Open(Life.Loop))
                using (var end = new LoopStream(Life.Loop, terminal.OpenOtherEnd()))
                {
                    terminal.SetRaw(true);
                    await Transfer(terminal.Stream, end, 1000);
                }
                break;
        }
    }

    private async Task UseChild()
    {
        var options = new ChildProcessOptions("cat") { StandardInput = ChildStream.Pipe, StandardOutput = ChildStream.Pipe };
        await using var child = ChildProcess.Start(Life.Loop, options);
        await Transfer(child.StandardInput, child.StandardOutput, MostBytes);
        child.StandardInput.CompleteWrites();
        var status = await child.Exited.WaitAsync(Patience.Bound);
        if (!status.Succeeded)
            Life.Report(Violation.Failure, $"a child ended with {status}");
        Life.Ledger.CheckThread("code that awaited a child");
        Life.Tally.Add(Work.Children);
    }

    private async Task UseFolder()
    {
        string folder = Directory.CreateTempSubdirectory("soak").FullName;
        try
        {
            using var watch = new FolderWatch(Life.Loop);
            watch.Add(folder);
            string file = Path.Combine(folder, "file");
            await File.WriteAllTextAsync(file, "content", CancellationToken.None);
            using var limit = new CancellationTokenSource(Patience.Bound);
            await foreach (var change in watch.WithCancellation(limit.Token))
            {
                if (change.Path != file)
                    Life.Report(Violation.Failure, $"a folder watch reported {change} instead of {file}");
                if (change.Kind == FolderChangeKind.Written)
                    break;
            }
            Life.Ledger.CheckThread("code that awaited a change");
            Life.Tally.Add(Work.Folders);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task Transfer(LoopStream from, LoopStream to, int most)
    {
        byte[] sent = new byte[Random.Next(1, most)];
        Random.NextBytes(sent);
        byte[] got = new byte[sent.Length];
        var reading = to.ReadExactlyAsync(got).AsTask();
        await from.WriteAsync(sent).AsTask().WaitAsync(Patience.Bound);
        await reading.WaitAsync(Patience.Bound);
        if (!sent.AsSpan().SequenceEqual(got))
            Life.Report(Violation.Failure, $"a stream delivered other bytes than the {sent.Length} that were sent");
        Life.Ledger.CheckThread("code that awaited a stream");
    }
}
