using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Streams;

/// <summary>What a stream must do on every loop.</summary>
public abstract partial class StreamTests(LoopFixture fixture) : SourceHarness(fixture)
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    [Fact]
    public void A_read_waits_until_something_was_written()
    {
        var (reader, writer) = NewPipeStreams();
        InLoop("a read", async () =>
        {
            byte[] buffer = new byte[16];
            var read = reader.ReadAsync(buffer).AsTask();
            read.IsCompleted.ShouldBeFalse();
            await writer.WriteAsync(Hello);
            (await read).ShouldBe(5);
            buffer.AsSpan(0, 5).SequenceEqual(Hello).ShouldBeTrue();
        });
    }

    [Fact]
    public void Callers_in_the_loop_resume_on_its_thread()
    {
        var (reader, writer) = NewPipeStreams();
        InLoop("reads", async () =>
        {
            byte[] buffer = new byte[16];
            var read = reader.ReadAsync(buffer);
            Loop.AddCallback(async () => await writer.WriteAsync(Hello));
            await read;
            Loop.IsOnLoopThread.ShouldBeTrue();

            read = reader.ReadAsync(buffer);
            Loop.AddCallback(async () => await writer.WriteAsync(Hello));
            await read.ConfigureAwait(false);
            Loop.IsOnLoopThread.ShouldBeTrue();
        });
    }

    [Fact]
    public void Other_threads_read_and_write()
    {
        var (reader, writer) = NewPipeStreams();
        Task<int>? read = null;
        var resumed = new TaskCompletionSource<bool>();
        InLoop("a read of another thread", async () =>
        {
            await Task.Run(() => { read = ReadAndNoteAsync(); });
            read!.IsCompleted.ShouldBeFalse();
            await Task.Run(async () => await writer.WriteAsync(Hello));
            (await Within(read)).ShouldBe(5);
            (await resumed.Task).ShouldBeTrue("a caller without a context resumes on the loop");
        });

        async Task<int> ReadAndNoteAsync()
        {
            int count = await reader.ReadAsync(new byte[16]).ConfigureAwait(false);
            resumed.SetResult(Loop.IsOnLoopThread);
            return count;
        }
    }

    [Fact]
    public void What_is_there_is_read_without_waiting()
    {
        var (reader, writer) = NewPipeStreams();
        InLoop(() =>
        {
            writer.WriteAsync(Hello).IsCompletedSuccessfully.ShouldBeTrue();
            var read = reader.ReadAsync(new byte[16]);
            read.IsCompletedSuccessfully.ShouldBeTrue();
            read.Result.ShouldBe(5);
        });
    }

    [Fact]
    public void The_end_is_a_read_of_no_bytes()
    {
        var (reader, writer) = NewPipeStreams();
        InLoop("the end", async () =>
        {
            var read = reader.ReadAsync(new byte[16]).AsTask();
            writer.Dispose();
            (await read).ShouldBe(0);
            (await reader.ReadAsync(new byte[16])).ShouldBe(0);
        });
    }

    [Fact]
    public void A_write_that_does_not_fit_waits_until_all_is_taken()
    {
        var (reader, writer) = NewPipeStreams();
        byte[] sent = RandomBytes(1_000_000);
        InLoop("a large write", async () =>
        {
            var write = writer.WriteAsync(sent).AsTask();
            write.IsCompleted.ShouldBeFalse();
            byte[] received = new byte[sent.Length];
            await reader.ReadExactlyAsync(received);
            await write;
            received.AsSpan().SequenceEqual(sent).ShouldBeTrue();
            writer.BytesWritten.ShouldBe(sent.Length);
        });
    }

    [Fact]
    public void A_second_read_is_refused_and_the_first_is_unharmed()
    {
        var (reader, writer) = NewPipeStreams();
        InLoop("a read", async () =>
        {
            var read = reader.ReadAsync(new byte[16]).AsTask();
            Should.Throw<InvalidOperationException>(() => { _ = reader.ReadAsync(new byte[16]); }).Message.ShouldContain("read");
            await writer.WriteAsync(Hello);
            (await read).ShouldBe(5);
        });
    }

    [Fact]
    public void A_second_write_is_refused_and_the_first_is_unharmed()
    {
        var (reader, writer) = NewPipeStreams();
        byte[] sent = RandomBytes(300_000);
        InLoop("a write", async () =>
        {
            var write = writer.WriteAsync(sent).AsTask();
            Should.Throw<InvalidOperationException>(() => { _ = writer.WriteAsync(Hello); }).Message.ShouldContain("write");
            byte[] received = new byte[sent.Length];
            await reader.ReadExactlyAsync(received);
            await write;
            received.AsSpan().SequenceEqual(sent).ShouldBeTrue();
        });
    }

    [Fact]
    public void Both_directions_are_used_at_once()
    {
        var (one, other) = NewSocketStreams();
        byte[] sent = RandomBytes(500_000);
        InLoop("both directions", async () =>
        {
            byte[] there = new byte[sent.Length];
            byte[] back = new byte[sent.Length];
            await Within(Task.WhenAll(
                one.WriteAsync(sent).AsTask(), other.WriteAsync(sent).AsTask(),
                one.ReadExactlyAsync(back).AsTask(), other.ReadExactlyAsync(there).AsTask()));
            there.AsSpan().SequenceEqual(sent).ShouldBeTrue();
            back.AsSpan().SequenceEqual(sent).ShouldBeTrue();
        });
    }

    [Fact]
    public void A_read_of_no_bytes_tells_that_there_is_something()
    {
        var (reader, writer) = NewPipeStreams();
        InLoop("a readiness", async () =>
        {
            var ready = reader.ReadAsync(Memory<byte>.Empty).AsTask();
            ready.IsCompleted.ShouldBeFalse();
            await writer.WriteAsync(Hello);
            (await ready).ShouldBe(0);
            (await reader.ReadAsync(new byte[16])).ShouldBe(5);
        });
    }

    [Fact]
    public void A_descriptor_that_has_a_handler_fails_the_read_that_must_wait()
    {
        var (reader, _) = NewPipeStreams();
        InLoop("a read", async () =>
        {
            Loop.AddHandler(reader.Descriptor, (_, _) => { }, IOEvents.Read);
            await Should.ThrowAsync<InvalidOperationException>(async () => await reader.ReadAsync(new byte[1]));
            Loop.RemoveHandler(reader.Descriptor);
        });
    }

    [Fact]
    public void A_wait_that_others_remove_says_so()
    {
        var (reader, _) = NewPipeStreams();
        InLoop("a read", async () =>
        {
            var read = reader.ReadAsync(new byte[1]).AsTask();
            Loop.RemoveHandler(reader.Descriptor);
            (await Should.ThrowAsync<InvalidOperationException>(() => read)).Message.ShouldContain("RemoveHandler");
        });
    }

    [Fact]
    public void An_endless_source_leaves_the_others_their_turn()
    {
        var zero = Own(new LoopStream(Loop, Own(Native.Open("/dev/zero", 0)), FileAccess.Read));
        bool isOver = false;
        InLoop("a callback beside an endless read", async () =>
        {
            Loop.AddCallback(() => isOver = true);
            byte[] buffer = new byte[16];
            while (!isOver)
                (await zero.ReadAsync(buffer)).ShouldBe(16);
        });
    }

    private (LoopStream Reader, LoopStream Writer) NewPipeStreams()
    {
        var (reader, writer) = LoopStream.CreatePipe(Loop);
        return (Own(reader), Own(writer));
    }

    private (LoopStream One, LoopStream Other) NewSocketStreams()
    {
        var (one, other) = LoopStream.CreatePair(Loop);
        return (Own(one), Own(other));
    }

    private static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
