using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Streams;

public abstract partial class StreamTests
{
    [Fact]
    public void Reads_and_writes_that_wait_allocate_nothing()
    {
        SkipUnless(Fixture.IsNative, "a turn of its host allocates");
        var (one, other) = NewSocketStreams();
        var meter = new AllocationMeter(batch: 2_000);
        InLoop("an exchange", async () =>
        {
            var answers = AnswerAsync(other);
            long count = 0;
            byte[] buffer = new byte[64];
            do
            {
                await one.WriteAsync(buffer);
                count += await one.ReadAsync(buffer);
            }
            while (!meter.IsDone());
            one.CompleteWrites();
            await answers;
            (count % buffer.Length).ShouldBe(0);
        });
        meter.Best.ShouldBe(0);
    }

    [Fact]
    public void Reads_and_writes_that_need_no_waiting_allocate_nothing()
    {
        var (reader, writer) = NewPipeStreams();
        var meter = new AllocationMeter(batch: 2_000);
        byte[] buffer = new byte[64];
        do
        {
            var write = writer.WriteAsync(buffer);
            write.IsCompletedSuccessfully.ShouldBeTrue();
            var read = reader.ReadAsync(buffer);
            read.IsCompletedSuccessfully.ShouldBeTrue();
        }
        while (!meter.IsDone());
        meter.Best.ShouldBe(0);
    }

    [Fact]
    public void What_was_read_and_written_is_collectable()
    {
        var (reader, writer) = NewPipeStreams();
        WeakReference[] buffers = [];
        InLoop("a read and a write", async () => buffers = await ExchangeAsync(reader, writer));
        Bounded.Until(
            () =>
            {
                GC.Collect();
                return buffers.All(static buffer => !buffer.IsAlive);
            },
            "the buffers are collected");
        GC.KeepAlive(reader);
    }

    private static async Task<WeakReference[]> ExchangeAsync(LoopStream reader, LoopStream writer)
    {
        byte[] sent = new byte[500_000];
        byte[] received = new byte[sent.Length];
        var write = writer.WriteAsync(sent).AsTask();
        await reader.ReadExactlyAsync(received);
        await write;
        return [new WeakReference(sent), new WeakReference(received)];
    }

    [Fact]
    public void A_thousand_idle_streams_use_no_thread()
    {
        const int Pipes = 500;
        const int Terminals = 250;
        const int Noise = 100; // threads that other tests may begin meanwhile
        InLoop("idle streams", async () =>
        {
            int before = Threads();
            var streams = new List<LoopStream>();
            for (int i = 0; i < Pipes + Terminals; i++)
            {
                var (one, other) = i < Pipes ? LoopStream.CreatePipe(Loop) : NewTerminalStreams();
                streams.AddRange([one, other]);
            }
            var reads = streams.Where(stream => stream.CanRead).Select(stream => stream.ReadAsync(new byte[1]).AsTask()).ToList();
            reads.Count.ShouldBe(1000);
            await Turns(3);
            reads.ShouldAllBe(read => !read.IsCompleted);
            Threads().ShouldBeLessThan(before + Noise);
            foreach (var stream in streams)
                stream.Dispose();
            foreach (var read in reads)
                await Should.ThrowAsync<ObjectDisposedException>(() => Within(read));
        });

        static int Threads() => Directory.GetDirectories("/proc/self/task").Length;
    }

    private (LoopStream First, LoopStream Second) NewTerminalStreams()
    {
        var (first, second) = Native.NewTerminal();
        return (new LoopStream(Loop, first), new LoopStream(Loop, second));
    }

    private static async Task AnswerAsync(LoopStream stream)
    {
        byte[] buffer = new byte[64];
        while (true)
        {
            int count = await stream.ReadAsync(buffer);
            if (count == 0)
                return;
            await stream.WriteAsync(buffer.AsMemory(0, count));
        }
    }
}
