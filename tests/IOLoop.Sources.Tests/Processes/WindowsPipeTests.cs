using System.IO.Pipes;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Processes;

/// <summary>Pipes of Windows as streams, on every loop. <c>tests/Portability</c> runs them.</summary>
public abstract class WindowsPipeTests(LoopFixture fixture) : SourceHarness(fixture)
{
    private const int Piece = 16 * 1024;

    private (LoopStream Reader, LoopStream Writer) NewStreams()
    {
        var (reader, writer) = LoopStream.CreatePipe(Loop);
        return (Own(reader), Own(writer));
    }

    [Fact]
    public void What_is_written_is_read_on_the_loop_until_the_end() => InLoop("a pipe", async () =>
    {
        var (reader, writer) = NewStreams();
        (reader.CanRead, reader.CanWrite, writer.CanRead, writer.CanWrite).ShouldBe((true, false, false, true));
        var lines = Task.Run(async () =>
        {
            await writer.WriteAsync("one\ntw"u8.ToArray());
            await writer.WriteAsync("o\nthree"u8.ToArray());
            writer.CompleteWrites();
        });
        var seen = new List<string>();
        await foreach (string line in reader.ReadLinesAsync())
        {
            Loop.IsOnLoopThread.ShouldBeTrue();
            seen.Add(line);
        }
        seen.ShouldBe(["one", "two", "three"]);
        await lines;
    });

    [Fact]
    public void Cancelling_a_read_loses_nothing() => InLoop("cancelled reads", async () =>
    {
        var (reader, writer) = NewStreams();
        byte expected = 0;
        byte[] buffer = new byte[1];
        foreach (int round in Bounded.Rounds(300))
        {
            NoteProgress();
            using var source = new CancellationTokenSource();
            var read = reader.ReadAsync(buffer, source.Token);
            var written = Task.Run(async () => await writer.WriteAsync(new[] { expected }));
            if (round % 2 == 0)
                await Turns(round % 8);
            source.Cancel();
            try
            {
                (await read).ShouldBe(1);
            }
            catch (OperationCanceledException exception)
            {
                exception.CancellationToken.ShouldBe(source.Token);
                await reader.ReadExactlyAsync(buffer);
            }
            buffer[0].ShouldBe(expected++);
            await written;
        }
    });

    [Fact]
    public void A_read_that_takes_too_long_fails_and_loses_nothing() => InLoop("a read that takes too long", async () =>
    {
        var (reader, writer) = NewStreams();
        byte[] buffer = new byte[16];
        reader.ReadTimeout = 20;
        await Should.ThrowAsync<TimeoutException>(async () => await reader.ReadAsync(buffer));
        reader.ReadTimeout = Timeout.Infinite;
        var read = reader.ReadAsync(buffer);
        Should.Throw<InvalidOperationException>(() => { _ = reader.ReadAsync(buffer).AsTask(); }).Message.ShouldContain("in progress");
        await writer.WriteAsync("late"u8.ToArray());
        (await read).ShouldBe(4);
    });

    [Fact]
    public void A_write_that_nobody_reads_waits_and_can_be_cancelled() => InLoop("a write that is cancelled", async () =>
    {
        var (reader, writer) = NewStreams();
        using var source = new CancellationTokenSource();
        var write = writer.WriteAsync(new byte[1_000_000], source.Token).AsTask();
        byte[] buffer = new byte[100_000];
        await reader.ReadExactlyAsync(buffer);
        await UntilAsync(() => writer.BytesWritten > buffer.Length - Piece, () => "what was read counts as written");
        write.IsCompleted.ShouldBeFalse();
        source.Cancel();
        await Should.ThrowAsync<OperationCanceledException>(write);
        writer.BytesWritten.ShouldBeLessThan(1_000_000);
        long read = buffer.Length;
        writer.Dispose();
        for (int count; (count = await reader.ReadAsync(buffer)) > 0;)
            read += count;
        read.ShouldBeInRange(writer.BytesWritten, writer.BytesWritten + Piece);
    });

    [Fact]
    public void Disposal_ends_a_read_on_the_loop() => InLoop("a disposed stream", async () =>
    {
        var (reader, writer) = NewStreams();
        var read = reader.ReadAsync(new byte[16]).AsTask();
        await Turns(2);
        await Task.Run(async () => await reader.DisposeAsync());
        await Should.ThrowAsync<ObjectDisposedException>(read);
        Loop.IsOnLoopThread.ShouldBeTrue();
        await Should.ThrowAsync<IOException>(async () => await writer.WriteAsync(new byte[1]));
        await Should.ThrowAsync<ObjectDisposedException>(async () => await reader.ReadAsync(new byte[1]));
    });

    [Fact]
    public void A_read_blocks_another_thread_and_not_the_loops() => InLoop("a blocking read", async () =>
    {
        var (reader, writer) = NewStreams();
        Should.Throw<InvalidOperationException>(() => reader.Read(new byte[1])).Message.ShouldContain("deadlock");
        var read = Task.Run(() => reader.Read(new byte[16]));
        await writer.WriteAsync(new byte[3]);
        (await read).ShouldBe(3);
    });

    [Fact]
    public void A_pipe_of_NETs_that_is_not_asynchronous_can_be_read_and_left_open() => InLoop("an anonymous pipe", async () =>
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.In);
        using var client = new AnonymousPipeClientStream(PipeDirection.Out, server.ClientSafePipeHandle);
        var reader = LoopStream.From(Loop, server, leaveOpen: true);
        var read = reader.ReadAsync(new byte[16]);
        await Task.Run(() => client.Write([1, 2, 3]));
        (await read).ShouldBe(3);
        Loop.IsOnLoopThread.ShouldBeTrue();
        await reader.DisposeAsync();
        await Task.Run(() => client.Write([4]));
        (await Task.Run(server.ReadByte)).ShouldBe(4);
    });

    [Fact]
    public void A_stream_can_be_made_of_a_stream_and_a_closed_loop_has_none() => InLoop("a stream over a stream", async () =>
    {
        var (reader, writer) = NewStreams();
        var again = Own(LoopStream.From(Loop, reader));
        var read = again.ReadAsync(new byte[16]);
        await writer.WriteAsync(new byte[2]);
        (await read).ShouldBe(2);
        var closed = NewLoop();
        closed.Close();
        Should.Throw<ObjectDisposedException>(() => LoopStream.CreatePipe(closed));
        Should.Throw<ObjectDisposedException>(() => LoopStream.From(closed, again));
    });
}
