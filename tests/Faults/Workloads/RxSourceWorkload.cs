using System.IO.Pipes;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using System.Text;
using IOLoops;
using IOLoops.Rx;
using IOLoops.Sources;

namespace Faults.Workloads;

/// <summary>Descriptors and streams in Rx pipelines.</summary>
internal sealed class RxSourceWorkload : SourceWorkload
{
    internal override string Name => "rx-pipelines";

    protected override IReadOnlyList<Func<IOLoop, Trial, Task>> Parts => [ReadDescriptor, ReadStream, ReadLines];

    private static async Task ReadDescriptor(IOLoop loop, Trial trial)
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = pipe.ClientSafePipeHandle; // asked for, it is no longer the stream's to close
        var reading = loop.ObserveReads(reader, 2).SelectMany(static bytes => bytes.ToArray()).ToList().ToTask();
        byte[] sent = [1, 2, 3, 4, 5];
        pipe.Write(sent);
        pipe.Dispose();
        trial.Require((await reading).SequenceEqual(sent), "a descriptor notified other bytes");
    }

    private static async Task ReadStream(IOLoop loop, Trial trial)
    {
        var (reader, writer) = LoopStream.CreatePipe(loop);
        using (reader)
        using (writer)
        {
            byte[] sent = new byte[100_000]; // more than a pipe takes at once
            Random.Shared.NextBytes(sent);
            var reading = reader.ObserveReads().SelectMany(static bytes => bytes.ToArray()).ToList().ToTask();
            var writing = sent.Chunk(30_000).ToObservable().Select(static piece => new ReadOnlyMemory<byte>(piece)).WriteTo(writer).ToTask();
            await Pass(writer, writing, reader, reading);
            trial.Require((await writing) == sent.Length, "another number of bytes was written");
            trial.Require((await reading).SequenceEqual(sent), "a stream notified other bytes");
        }
    }

    private static async Task ReadLines(IOLoop loop, Trial trial)
    {
        var (reader, writer) = LoopStream.CreatePair(loop);
        using (reader)
        using (writer)
        {
            string[] sent = ["one", "two", "", "three"];
            var reading = reader.ObserveLines().ToList().ToTask();
            var writing = sent.ToObservable().Select(static line => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(line + "\n"))).WriteTo(writer).ToTask();
            await Pass(writer, writing, reader, reading);
            trial.Require((await reading).SequenceEqual(sent), "other lines were notified");
        }
    }

    /// <summary>Ends the stream when all was written. What fails first is thrown, and the other does not wait for it.</summary>
    private static async Task Pass(LoopStream from, Task writing, LoopStream to, Task reading)
    {
        var first = await Task.WhenAny(writing, reading);
        if (first == writing || first.IsFaulted)
            from.Dispose();
        if (first.IsFaulted)
            to.Dispose();
        await first;
        await writing;
        await reading;
    }
}
