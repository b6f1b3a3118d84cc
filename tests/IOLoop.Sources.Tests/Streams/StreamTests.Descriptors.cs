using Microsoft.Win32.SafeHandles;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Streams;

public abstract partial class StreamTests
{
    private const int NoSpace = 28; // ENOSPC

    [Theory]
    [InlineData("pipe")]
    [InlineData("sockets")]
    [InlineData("terminal")]
    public void A_descriptor_in_blocking_mode_blocks_nobody_and_stays_as_it_is(string kind)
    {
        var (one, other) = NewBlocking(kind);
        int flags = Native.FlagsOf(one);
        using var reader = new LoopStream(Loop, one, FileAccess.Read);
        using var writer = new LoopStream(Loop, other, FileAccess.Write);
        byte[] sent = RandomBytes(kind == "terminal" ? 20_000 : 300_000);
        bool isInCall = false;
        InLoop("blocking descriptors", async () =>
        {
            byte[] received = new byte[sent.Length];
            isInCall = true;
            var read = reader.ReadExactlyAsync(received).AsTask();
            var write = writer.WriteAsync(sent).AsTask();
            isInCall = false;
            write.IsCompleted.ShouldBeFalse();
            await Within(Task.WhenAll(read, write));
            received.AsSpan().SequenceEqual(sent).ShouldBeTrue();
        });
        isInCall.ShouldBeFalse();
        Native.FlagsOf(one).ShouldBe(flags);
        Native.FlagsOf(other).ShouldBe(flags & ~3 | Native.FlagsOf(other) & 3);
    }

    [Fact]
    public void What_another_reader_took_first_blocks_nobody()
    {
        foreach (string kind in (string[])["pipe", "sockets"])
        {
            var (one, other) = NewBlocking(kind);
            using var reader = new LoopStream(Loop, one, FileAccess.Read);
            using var writer = other;
            InLoop("a read beside another reader", async () =>
            {
                var read = reader.ReadAsync(new byte[16]).AsTask();
                Native.Write(writer, "x"u8);
                Native.Read(one, new byte[16]).ShouldBe(1);
                await Turns(3);
                read.IsCompleted.ShouldBeFalse();
                Native.Write(writer, "yz"u8);
                (await Within(read)).ShouldBe(2);
            });
        }
    }

    [Fact]
    public void A_first_side_of_a_pty_is_written_a_byte_at_a_time_when_it_is_blocking()
    {
        var (first, second) = Native.NewTerminal();
        using var writer = new LoopStream(Loop, first);
        using var reader = new LoopStream(Loop, second);
        byte[] sent = RandomBytes(80_000); // more than it holds
        InLoop("a terminal", async () =>
        {
            byte[] received = new byte[sent.Length];
            var write = writer.WriteAsync(sent).AsTask();
            await reader.ReadExactlyAsync(received);
            await Within(write);
            received.AsSpan().SequenceEqual(sent).ShouldBeTrue();
        });
    }

    [Fact]
    public void A_write_of_many_pieces_leaves_the_others_their_turn()
    {
        var (first, second) = Native.NewTerminal();
        using var reader = second;
        using var writer = new LoopStream(Loop, first); // blocking, so it is written a byte at a time
        InLoop("a callback beside a write", async () =>
        {
            var write = writer.WriteAsync(new byte[1_000]).AsTask(); // which the terminal holds
            write.IsCompleted.ShouldBeFalse();
            writer.BytesWritten.ShouldBeLessThan(1_000);
            await Within(write);
            writer.BytesWritten.ShouldBe(1_000);
        });
    }

    [Fact]
    public void Disposal_leaves_no_second_descriptor_of_a_terminal_open()
    {
        var (first, second) = Native.NewTerminal();
        using var other = first;
        string name = new FileInfo($"/proc/self/fd/{Native.Number(second)}").LinkTarget!;
        var stream = new LoopStream(Loop, second);
        Count().ShouldBe(2);
        stream.Dispose();
        Count().ShouldBe(0);

        int Count() => Directory.GetFiles("/proc/self/fd").Count(file => new FileInfo(file).LinkTarget == name);
    }

    [Fact]
    public void A_terminal_whose_other_side_was_closed_is_at_its_end()
    {
        var (first, second) = Native.NewTerminal();
        using var stream = new LoopStream(Loop, first);
        InLoop("the end of a terminal", async () =>
        {
            Native.Write(second, Hello);
            var read = stream.ReadAsync(new byte[16]).AsTask();
            (await read).ShouldBe(5);
            read = stream.ReadAsync(new byte[16]).AsTask();
            second.Dispose();
            (await Within(read)).ShouldBe(0);
        });
    }

    [Fact]
    public void A_named_pipe_is_read_to_its_end()
    {
        string folder = NewFolder();
        string path = Path.Combine(folder, "fifo");
        Native.MakeFifo(path);
        var reading = Native.Open(path, Native.NonBlocking);
        using var reader = new LoopStream(Loop, reading);
        var writing = Native.Open(path, 1);
        InLoop("a named pipe", async () =>
        {
            using var writer = new LoopStream(Loop, writing);
            var read = reader.ReadAsync(new byte[16]).AsTask();
            await writer.WriteAsync(Hello);
            (await read).ShouldBe(5);
            writer.Dispose();
            (await reader.ReadAsync(new byte[16])).ShouldBe(0);
        });
    }

    [Fact]
    public void An_eventfd_is_read_and_written_as_a_number()
    {
        using var stream = new LoopStream(Loop, Native.NewEventFd());
        InLoop("an eventfd", async () =>
        {
            byte[] count = new byte[8];
            var read = stream.ReadAsync(count).AsTask();
            read.IsCompleted.ShouldBeFalse();
            await stream.WriteAsync(BitConverter.GetBytes(7L));
            (await Within(read)).ShouldBe(8);
            BitConverter.ToInt64(count).ShouldBe(7);
        });
    }

    [Fact]
    public void A_file_is_written_and_read()
    {
        string path = Path.Combine(NewFolder(), "file");
        byte[] sent = RandomBytes(300_000);
        InLoop("a file", async () =>
        {
            using (var writer = new LoopStream(Loop, File.OpenHandle(path, FileMode.Create, FileAccess.Write)))
            {
                await writer.WriteAsync(sent);
                writer.BytesWritten.ShouldBe(sent.Length);
                Loop.IsOnLoopThread.ShouldBeTrue();
            }
            using var reader = new LoopStream(Loop, File.OpenHandle(path));
            (await ToEndAsync(reader)).AsSpan().SequenceEqual(sent).ShouldBeTrue();
            Loop.IsOnLoopThread.ShouldBeTrue();
        });
    }

    [Fact]
    public void Messages_of_datagram_sockets_stay_apart()
    {
        var (one, other) = Native.NewSockets(type: 2);
        using var reader = new LoopStream(Loop, one);
        using var writer = new LoopStream(Loop, other);
        InLoop("datagrams", async () =>
        {
            await writer.WriteAsync("one"u8.ToArray());
            await writer.WriteAsync("three"u8.ToArray());
            (await reader.ReadAsync(new byte[16])).ShouldBe(3);
            (await reader.ReadAsync(new byte[16])).ShouldBe(5);
        });
    }

    [Fact]
    public void A_full_device_is_an_error_with_its_errno()
    {
        using var full = new LoopStream(Loop, Native.Open("/dev/full", 1));
        InLoop("a full device", async () =>
            (await Should.ThrowAsync<IOException>(async () => await full.WriteAsync(Hello))).HResult.ShouldBe(NoSpace));
    }

    [Fact]
    public void A_device_that_swallows_all_takes_all_and_has_nothing()
    {
        using var nothing = new LoopStream(Loop, Native.Open("/dev/null", 2));
        InLoop("/dev/null", async () =>
        {
            await nothing.WriteAsync(Hello);
            (await nothing.ReadAsync(new byte[16])).ShouldBe(0);
        });
    }

    private static (SafeFileHandle One, SafeFileHandle Other) NewBlocking(string kind) => kind switch
    {
        "pipe" => Native.NewPipe(),
        "sockets" => Native.NewSockets(),
        _ => Native.NewTerminal(),
    };

    private string NewFolder() => Own(new TemporaryFolder()).Path;
}
