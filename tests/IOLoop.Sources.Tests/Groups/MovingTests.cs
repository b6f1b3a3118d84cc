using System.Net.Sockets;
using System.Runtime.CompilerServices;
using IOLoops.Conformance;
using IOLoops.Sources.Streams;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Groups;

/// <summary>A connection moves from one loop to another, and nothing is lost.</summary>
public sealed class MovingTests : GroupHarness
{
    public MovingTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pairs of sockets");

    [Fact]
    public async Task All_bytes_arrive_once_and_in_order_however_often_the_stream_moves()
    {
        const int Total = 60_000;
        var (stream, peer) = LoopStream.CreatePair(One);
        var writing = WriteSequence(peer, Total);
        var random = new Random(17);
        byte[] buffer = new byte[512];
        int expected = 0;
        int moves = 0;
        while (expected < Total)
        {
            int count = await Soon(stream.ReadAsync(buffer.AsMemory(0, random.Next(1, buffer.Length))));
            count.ShouldBeGreaterThan(0);
            int used = random.Next(0, count + 1); // the rest is given back
            for (int i = 0; i < used; i++)
                buffer[i].ShouldBe((byte)expected++);
            var moved = stream.MoveTo(moves++ % 2 == 0 ? Other : One, buffer.AsSpan(used, count - used));
            stream.Dispose();
            stream = moved;
        }
        await Soon(writing);
        await peer.DisposeAsync();
        (await Soon(stream.ReadAsync(buffer))).ShouldBe(0);
        await stream.DisposeAsync();
        moves.ShouldBeGreaterThan(100);
    }

    private static async Task WriteSequence(LoopStream peer, int total)
    {
        byte[] chunk = new byte[100];
        for (int sent = 0; sent < total; sent += chunk.Length)
        {
            for (int i = 0; i < chunk.Length; i++)
                chunk[i] = (byte)(sent + i);
            await peer.WriteAsync(chunk).ConfigureAwait(false);
        }
    }

    [Fact]
    public async Task What_is_given_back_comes_before_what_was_given_back_earlier_and_before_what_the_descriptor_has()
    {
        var (stream, peer) = LoopStream.CreatePair(One);
        await peer.WriteAsync("abcdef"u8.ToArray());
        byte[] buffer = new byte[16];
        (await Soon(stream.ReadAsync(buffer.AsMemory(0, 4)))).ShouldBe(4);
        stream = stream.MoveTo(Other, "abcd"u8);
        (await Soon(stream.ReadAsync(Memory<byte>.Empty))).ShouldBe(0); // there is something to read
        (await Soon(stream.ReadAsync(buffer.AsMemory(0, 2)))).ShouldBe(2);
        stream = stream.MoveTo(One, buffer.AsSpan(1, 1));
        (await Soon(stream.ReadAsync(buffer))).ShouldBe(3);
        buffer.AsSpan(0, 3).SequenceEqual("bcd"u8).ShouldBeTrue();
        (await Soon(stream.ReadAsync(buffer))).ShouldBe(2);
        buffer.AsSpan(0, 2).SequenceEqual("ef"u8).ShouldBeTrue();
        stream.Dispose();
        peer.Dispose();
    }

    [Fact]
    public async Task Operations_of_the_moved_stream_complete_on_its_new_loop()
    {
        var (stream, peer) = LoopStream.CreatePair(One);
        var moved = await Soon(One.InvokeAsync(async () =>
        {
            var reading = stream.ReadAsync(new byte[1]);
            await peer.WriteAsync("x"u8.ToArray());
            await reading; // so that this loop has registered the descriptor
            return stream.MoveTo(Other);
        }));
        moved.Loop.ShouldBe(Other);
        bool onOther = await Soon(Other.InvokeAsync(async () =>
        {
            var reading = moved.ReadAsync(new byte[1]).ConfigureAwait(false);
            One.AddCallback(() => _ = peer.WriteAsync("y"u8.ToArray()).AsTask());
            await reading;
            return Other.IsOnLoopThread;
        }));
        onOther.ShouldBeTrue();
        await moved.DisposeAsync();
        (await Soon(peer.ReadAsync(new byte[1]))).ShouldBe(0, "the descriptor was closed");
        await peer.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_with_a_read_in_progress_stays_and_the_read_gets_its_bytes()
    {
        var (stream, peer) = LoopStream.CreatePair(One);
        byte[] buffer = new byte[4];
        var reading = stream.ReadAsync(buffer);
        Should.Throw<InvalidOperationException>(() => stream.MoveTo(Other)).Message.ShouldContain("A read of this stream is in progress");
        await peer.WriteAsync("ab"u8.ToArray());
        SpinWait.SpinUntil(() => reading.IsCompleted, Patience).ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => stream.MoveTo(Other)); // the result was not taken
        (await Soon(reading)).ShouldBe(2);
        stream = stream.MoveTo(Other);
        await peer.WriteAsync("c"u8.ToArray());
        (await Soon(stream.ReadAsync(buffer))).ShouldBe(1);
        stream.Dispose();
        peer.Dispose();
    }

    [Fact]
    public async Task A_stream_with_a_write_in_progress_stays_and_can_be_read()
    {
        var (stream, peer) = LoopStream.CreatePair(One);
        byte[] much = new byte[4 << 20];
        var writing = stream.WriteAsync(much).AsTask();
        Should.Throw<InvalidOperationException>(() => stream.MoveTo(Other)).Message.ShouldContain("A write of this stream is in progress");
        await peer.WriteAsync("a"u8.ToArray());
        (await Soon(stream.ReadAsync(new byte[1]))).ShouldBe(1);
        byte[] buffer = new byte[1 << 16];
        for (int left = much.Length; left > 0;)
            left -= await Soon(peer.ReadAsync(buffer));
        await Soon(writing);
        var moved = stream.MoveTo(Other);
        moved.BytesWritten.ShouldBe(much.Length);
        await moved.WriteAsync("b"u8.ToArray());
        moved.BytesWritten.ShouldBe(much.Length + 1);
        moved.Dispose();
        peer.Dispose();
    }

    [Fact]
    public async Task A_closed_target_is_refused_and_the_stream_stays()
    {
        using var closed = new PollIOLoop();
        closed.Close();
        var (stream, peer) = LoopStream.CreatePair(One);
        Should.Throw<ObjectDisposedException>(() => stream.MoveTo(closed, "lost?"u8));
        await peer.WriteAsync("ab"u8.ToArray());
        byte[] buffer = new byte[8];
        (await Soon(stream.ReadAsync(buffer))).ShouldBe(2);
        stream.MoveTo(Other).Dispose();
        peer.Dispose();
    }

    [Fact]
    public async Task A_stream_whose_loop_was_closed_moves_to_one_that_runs()
    {
        using var first = new PollIOLoop();
        var (stream, peer) = LoopStream.CreatePair(first);
        var reading = stream.ReadAsync(new byte[8]).AsTask();
        first.Close();
        await Should.ThrowAsync<ObjectDisposedException>(Soon(reading));
        var moved = stream.MoveTo(Other);
        var end = peer.MoveTo(One);
        await end.WriteAsync("ab"u8.ToArray());
        (await Soon(moved.ReadAsync(new byte[8]))).ShouldBe(2);
        moved.Dispose();
        end.Dispose();
    }

    [Fact]
    public async Task A_stream_that_was_moved_says_so_and_its_disposal_closes_nothing()
    {
        var (stream, peer) = LoopStream.CreatePair(One);
        var moved = stream.MoveTo(Other);
        stream.CanRead.ShouldBeFalse();
        stream.CanWrite.ShouldBeFalse();
        (await Should.ThrowAsync<ObjectDisposedException>(Soon(stream.ReadAsync(new byte[1])))).Message.ShouldContain("moved to the loop LoopGroup-1");
        (await Should.ThrowAsync<ObjectDisposedException>(Soon(stream.WriteAsync(new byte[1])))).Message.ShouldContain("moved to the loop LoopGroup-1");
        Should.Throw<ObjectDisposedException>(() => stream.MoveTo(One));
        stream.Dispose();
        await stream.DisposeAsync();
        await peer.WriteAsync("ab"u8.ToArray());
        (await Soon(moved.ReadAsync(new byte[8]))).ShouldBe(2);
        moved.Dispose();
        Should.Throw<ObjectDisposedException>(() => moved.MoveTo(One)).Message.ShouldNotContain("moved");
        peer.Dispose();
    }

    [Fact]
    public async Task Time_limits_and_ended_writes_move_along()
    {
        var (stream, peer) = LoopStream.CreatePair(One);
        stream.ReadTimeout = 20;
        stream.WriteTimeout = 12_345;
        stream.CompleteWrites();
        var moved = stream.MoveTo(Other);
        moved.WriteTimeout.ShouldBe(12_345);
        moved.CanWrite.ShouldBeFalse();
        (await Soon(peer.ReadAsync(new byte[1]))).ShouldBe(0);
        await Should.ThrowAsync<TimeoutException>(Soon(moved.ReadAsync(new byte[1])));
        moved.Dispose();
        peer.Dispose();
    }

    [Fact]
    public async Task Writes_cannot_be_ended_by_the_stream_that_was_moved()
    {
        var (stream, peer) = LoopStream.CreatePair(One);
        var moved = stream.MoveTo(Other);
        Should.Throw<ObjectDisposedException>(stream.CompleteWrites).Message.ShouldContain("moved to the loop LoopGroup-1");
        moved.CanWrite.ShouldBeTrue();
        moved.CompleteWrites();
        (await Soon(peer.ReadAsync(new byte[1]))).ShouldBe(0);
        moved.Dispose();
        peer.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_end_of_writes_at_the_same_time_is_not_lost(bool isPair)
    {
        byte[] given = new byte[isPair ? 4 << 20 : 0]; // copying it takes the time in which the writes are to end
        foreach (int _ in Bounded.Rounds(isPair ? 200 : 2000))
        {
            var (stream, peer) = isPair ? LoopStream.CreatePair(One) : Reversed(LoopStream.CreatePipe(One));
            var write = WriteOf(stream);
            bool isOver = false;
            using var begun = new ManualResetEventSlim();
            var ending = Task.Run(() =>
            {
                begun.Set();
                SpinWait.SpinUntil(() => write.IsBusy || Volatile.Read(ref isOver), Patience); // claimed by the move
                return Record.Exception(stream.CompleteWrites);
            });
            begun.Wait(Patience).ShouldBeTrue();
            LoopStream? moved = null;
            try
            {
                moved = stream.MoveTo(Other, given);
            }
            catch (InvalidOperationException)
            {
                // The end came first, and was at work, or has closed the pipe.
            }
            Volatile.Write(ref isOver, true);
            var failure = await Soon(ending);
            if (failure is null)
            {
                (await Soon(peer.ReadAsync(new byte[1]))).ShouldBe(0);
                (moved ?? stream).CanWrite.ShouldBeFalse();
            }
            else
            {
                failure.ShouldBeOfType<ObjectDisposedException>();
                moved.ShouldNotBeNull().CanWrite.ShouldBeTrue();
            }
            (moved ?? stream).Dispose();
            peer.Dispose();
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_write")]
    private static extern ref WriteOperation WriteOf(LoopStream stream);

    private static (LoopStream Writer, LoopStream Reader) Reversed((LoopStream Reader, LoopStream Writer) pipe) => (pipe.Writer, pipe.Reader);

    [Fact]
    public void Nothing_can_be_given_back_to_a_stream_that_cannot_be_read()
    {
        var (reader, writer) = LoopStream.CreatePipe(One);
        Should.Throw<ArgumentException>(() => writer.MoveTo(Other, "a"u8));
        Should.Throw<ArgumentNullException>(() => writer.MoveTo(null!));
        writer.MoveTo(Other).Dispose();
        reader.Dispose();
    }

    [Fact]
    public async Task A_descriptor_that_is_to_be_left_open_still_is()
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listening.Listen(1);
        using var client = await Connect(listening.LocalEndPoint!);
        using var accepted = await Soon(listening.AcceptAsync());
        var moved = new LoopStream(One, accepted, leaveOpen: true).MoveTo(Other);
        await moved.DisposeAsync();
        accepted.SafeHandle.IsClosed.ShouldBeFalse();
        await using var closing = new LoopStream(One, accepted).MoveTo(Other);
        await closing.DisposeAsync();
        accepted.SafeHandle.IsClosed.ShouldBeTrue();
    }

    [Fact]
    public async Task Disposal_at_the_same_time_closes_the_descriptor_or_leaves_it_to_the_moved_stream()
    {
        for (int round = 0; round < 200; round++)
        {
            var (stream, peer) = LoopStream.CreatePair(One);
            var disposing = Task.Run(stream.Dispose);
            LoopStream? moved = null;
            try
            {
                moved = stream.MoveTo(Other);
            }
            catch (ObjectDisposedException)
            {
                // The disposal came first.
            }
            await Soon(disposing);
            if (moved is not null)
            {
                await moved.WriteAsync("a"u8.ToArray());
                (await Soon(peer.ReadAsync(new byte[1]))).ShouldBe(1);
                await moved.DisposeAsync();
            }
            (await Soon(peer.ReadAsync(new byte[1]))).ShouldBe(0);
            await peer.DisposeAsync();
        }
    }
}
