using System.Net;
using System.Net.Sockets;
using IOLoops;
using IOLoops.Sources;

namespace Faults.Workloads;

/// <summary>Pipes, pairs of sockets, files and accepted connections.</summary>
internal sealed class StreamWorkload(string name) : SourceWorkload
{
    private const int Length = 200_000; // more than a pipe or a socket takes at once

    internal override string Name => name;

    protected override IReadOnlyList<Func<IOLoop, Trial, Task>> Parts => [UsePipe, UsePair, UseFile, Accept];

    private static async Task UsePipe(IOLoop loop, Trial trial)
    {
        var (reader, writer) = LoopStream.CreatePipe(loop);
        using (reader)
        using (writer)
            await Transfer(writer, reader, trial);
    }

    private static async Task UsePair(IOLoop loop, Trial trial)
    {
        var (one, other) = LoopStream.CreatePair(loop);
        using (one)
        using (other)
        {
            await Transfer(one, other, trial);
            one.CompleteWrites();
            trial.Require(await other.ReadAsync(new byte[1]) == 0, "the end of a stream was not seen");
        }
    }

    private static async Task UseFile(IOLoop loop, Trial trial)
    {
        string path = Path.GetTempFileName();
        try
        {
            using var stream = new LoopStream(loop, File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite), FileAccess.Write);
            await stream.WriteAsync(new byte[100]);
            using var file = File.OpenRead(path);
            file.Position = 10;
            using var back = LoopStream.From(loop, file);
            trial.Require(await back.ReadAsync(new byte[200]) == 90, "a file has another length");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task Accept(IOLoop loop, Trial trial)
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        using var listener = new LoopListener(loop, listening, leaveOpen: true);
        for (int i = 0; i < 3; i++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(listening.LocalEndPoint!);
            using var accepted = await listener.AcceptAsync();
            client.Send(new byte[] { 7 });
            byte[] buffer = new byte[1];
            trial.Require(await accepted.ReadAsync(buffer) == 1 && buffer[0] == 7, "a connection read another byte");
        }
    }

    private static async Task Transfer(LoopStream from, LoopStream to, Trial trial)
    {
        byte[] sent = new byte[Length];
        Random.Shared.NextBytes(sent);
        byte[] got = new byte[Length];
        var writing = from.WriteAsync(sent).AsTask();
        var reading = to.ReadExactlyAsync(got).AsTask();
        var first = await Task.WhenAny(writing, reading);
        if (first.IsFaulted)
        {
            from.Dispose(); // the other would wait for what does not come
            to.Dispose();
        }
        await first;
        await reading;
        await writing;
        trial.Require(sent.AsSpan().SequenceEqual(got), "a stream delivered other bytes");
    }
}
