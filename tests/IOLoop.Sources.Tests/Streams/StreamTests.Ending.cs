using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Streams;

public abstract partial class StreamTests
{
    private const int BrokenPipe = 32;       // EPIPE
    private const int ConnectionReset = 104; // ECONNRESET

    [Fact]
    public void Disposal_fails_the_read_that_waits()
    {
        var (original, _) = NewPipeStreams();
        int number = Descriptors.Duplicate((int)original.Descriptor.Number);
        var reader = new LoopStream(Loop, number);
        InLoop("a disposed stream", async () =>
        {
            bool isInside = true;
            bool resumedInside = false;
            var read = ReadAsync();
            reader.Dispose();
            isInside = false;
            await Should.ThrowAsync<ObjectDisposedException>(() => Within(read));
            resumedInside.ShouldBeFalse("a caller resumed inside Dispose");
            await Turns(1);
            Native.IsOpen(number).ShouldBeFalse();

            async Task ReadAsync()
            {
                try
                {
                    await reader.ReadAsync(new byte[1]).ConfigureAwait(false);
                }
                finally
                {
                    resumedInside = isInside;
                }
            }
        });
    }

    [Fact]
    public void Disposal_on_another_thread_fails_the_read_that_waits()
    {
        var (reader, _) = NewPipeStreams();
        InLoop("a disposed stream", async () =>
        {
            var read = reader.ReadAsync(new byte[1]).AsTask();
            await Task.Run(reader.Dispose);
            await Should.ThrowAsync<ObjectDisposedException>(() => Within(read));
        });
    }

    [Fact]
    public void DisposeAsync_ends_when_the_descriptor_was_closed()
    {
        var (reader, _) = NewPipeStreams();
        int number = Descriptors.Duplicate((int)reader.Descriptor.Number);
        var stream = new LoopStream(Loop, number, FileAccess.Read);
        InLoop("a disposed stream", async () =>
        {
            var read = stream.ReadAsync(new byte[1]).AsTask();
            await Task.Run(async () => await stream.DisposeAsync());
            Native.IsOpen(number).ShouldBeFalse();
            await Should.ThrowAsync<ObjectDisposedException>(() => Within(read));
        });
    }

    [Fact]
    public void A_disposed_stream_refuses_and_may_be_disposed_again()
    {
        var (reader, writer) = NewPipeStreams();
        reader.Dispose();
        writer.Dispose();
        reader.Dispose();
        reader.CanRead.ShouldBeFalse();
        writer.CanWrite.ShouldBeFalse();
        InLoop("refusals", async () =>
        {
            await Should.ThrowAsync<ObjectDisposedException>(async () => await reader.ReadAsync(new byte[1]));
            await Should.ThrowAsync<ObjectDisposedException>(async () => await writer.WriteAsync(new byte[1]));
        });
    }

    [Fact]
    public void A_stream_that_is_idle_closes_its_descriptor_at_once_on_any_thread()
    {
        var (original, _) = NewPipeStreams();
        int number = Descriptors.Duplicate((int)original.Descriptor.Number);
        new LoopStream(Loop, number).Dispose();
        Native.IsOpen(number).ShouldBeFalse();
    }

    [Fact]
    public void A_stream_may_leave_its_descriptor_open()
    {
        var (reader, writer) = Native.NewPipe();
        using (reader)
        using (writer)
        {
            InLoop("a disposed stream", async () =>
            {
                var stream = new LoopStream(Loop, reader, FileAccess.Read, leaveOpen: true);
                var read = stream.ReadAsync(new byte[1]).AsTask();
                stream.Dispose();
                await Should.ThrowAsync<ObjectDisposedException>(() => Within(read));
            });
            reader.IsClosed.ShouldBeFalse();
            Native.IsOpen(Native.Number(reader)).ShouldBeTrue();
        }
    }

    [Fact]
    public void A_closed_loop_fails_what_waits()
    {
        var (reader, _) = NewPipeStreams();
        Task<int>? read = null;
        InLoop(() => read = reader.ReadAsync(new byte[1]).AsTask());
        Loop.Close();
        Should.Throw<ObjectDisposedException>(() => Within(read!).GetAwaiter().GetResult());
        Should.Throw<ObjectDisposedException>(() => Within(reader.ReadAsync(new byte[1]).AsTask()).GetAwaiter().GetResult());
        Should.Throw<ObjectDisposedException>(() => new LoopStream(Loop, reader.Descriptor));
    }

    [Fact]
    public void A_loop_that_is_closed_before_it_runs_fails_what_another_thread_began()
    {
        var (reader, _) = NewPipeStreams();
        var read = Task.Run(() => reader.ReadAsync(new byte[1]).AsTask());
        Bounded.Until(() => IsQueued(), "the read has reached the loop");
        Loop.Close();
        Should.Throw<ObjectDisposedException>(() => Within(read).GetAwaiter().GetResult());

        bool IsQueued()
        {
            using var state = new StringWriter();
            Loop.DumpState(state);
            return !state.ToString().Contains(" 0 callbacks queued");
        }
    }

    [Fact]
    public void Writing_to_a_pipe_that_nobody_reads_is_an_error_and_no_signal()
    {
        var (reader, writer) = NewPipeStreams();
        InLoop("a broken pipe", async () =>
        {
            var write = writer.WriteAsync(new byte[1_000_000]).AsTask();
            reader.Dispose();
            (await Should.ThrowAsync<IOException>(() => Within(write))).HResult.ShouldBe(BrokenPipe);
            (await Should.ThrowAsync<IOException>(async () => await writer.WriteAsync(Hello))).HResult.ShouldBe(BrokenPipe);
        });
    }

    [Fact]
    public void Writing_to_a_socket_that_nobody_reads_is_an_error_and_no_signal()
    {
        var (one, other) = NewSocketStreams();
        InLoop("a broken connection", async () =>
        {
            var write = one.WriteAsync(new byte[1_000_000]).AsTask();
            other.Dispose(); // with unread bytes: a reset
            (await Should.ThrowAsync<IOException>(() => Within(write))).HResult.ShouldBeOneOf(BrokenPipe, ConnectionReset);
            (await Should.ThrowAsync<IOException>(async () => await one.WriteAsync(Hello))).HResult.ShouldBe(BrokenPipe);
        });
    }

    [Fact]
    public void A_socket_ends_its_writes_and_still_reads()
    {
        var (one, other) = NewSocketStreams();
        InLoop("half a connection", async () =>
        {
            await one.WriteAsync(Hello);
            one.CompleteWrites();
            one.CompleteWrites();
            (await ToEndAsync(other)).ShouldBe(Hello);
            one.CanWrite.ShouldBeFalse();
            Should.Throw<NotSupportedException>(() => { _ = one.WriteAsync(Hello); });
            await other.WriteAsync(Hello);
            (await one.ReadAsync(new byte[16])).ShouldBe(5);
        });
    }

    [Fact]
    public void Ending_the_writes_waits_for_the_one_in_progress()
    {
        var (one, other) = NewSocketStreams();
        byte[] sent = RandomBytes(800_000);
        InLoop("half a connection", async () =>
        {
            var write = one.WriteAsync(sent).AsTask();
            one.CompleteWrites();
            byte[] received = await ToEndAsync(other);
            received.AsSpan().SequenceEqual(sent).ShouldBeTrue();
            await write;
        });
    }

    [Fact]
    public void A_pipe_ends_its_writes_by_closing()
    {
        var (reader, writer) = NewPipeStreams();
        byte[] sent = RandomBytes(200_000);
        InLoop("the end of a pipe", async () =>
        {
            var write = writer.WriteAsync(sent).AsTask();
            writer.CompleteWrites();
            (await ToEndAsync(reader)).AsSpan().SequenceEqual(sent).ShouldBeTrue();
            await write;
        });
    }

    [Fact]
    public void What_has_no_end_of_writes_says_so()
    {
        var (first, second) = Native.NewTerminal();
        using var terminal = new LoopStream(Loop, first);
        using var other = second;
        Should.Throw<NotSupportedException>(terminal.CompleteWrites).Message.ShouldContain("0x04");
        var (reader, _) = NewPipeStreams();
        Should.Throw<NotSupportedException>(reader.CompleteWrites);
    }

    [Fact]
    public void A_pipe_that_is_left_open_cannot_end_its_writes()
    {
        var (reader, writer) = Native.NewPipe();
        using var other = reader;
        using var descriptor = writer;
        using var stream = new LoopStream(Loop, writer, FileAccess.Write, leaveOpen: true);
        Should.Throw<NotSupportedException>(stream.CompleteWrites).Message.ShouldContain("leaveOpen");
        stream.CanWrite.ShouldBeTrue();
    }

    [Fact]
    public void A_number_that_other_code_closed_fails_the_operation_alone()
    {
        var (reader, writer) = Native.NewPipe();
        using (writer)
        {
            int number = Descriptors.Duplicate(Native.Number(reader));
            reader.Dispose();
            var stream = new LoopStream(Loop, number, FileAccess.Read, leaveOpen: true);
            Native.Close(number);
            InLoop("a failure", async () =>
                (await Should.ThrowAsync<IOException>(async () => await stream.ReadAsync(new byte[1]))).HResult.ShouldBe(9)); // EBADF
        }
    }

    [Fact]
    public void A_handle_that_other_code_closed_fails_the_operation_alone()
    {
        var (reader, writer) = Native.NewPipe();
        using (writer)
        {
            using var stream = new LoopStream(Loop, reader);
            reader.Dispose();
            InLoop("a failure", async () =>
                await Should.ThrowAsync<ObjectDisposedException>(async () => await stream.ReadAsync(new byte[1])));
        }
    }

    [Fact]
    public void A_number_that_was_closed_and_belongs_to_another_file_is_left_alone()
    {
        var (original, other) = NewPipeStreams();
        int number = Descriptors.Duplicate((int)original.Descriptor.Number);
        var stream = new LoopStream(Loop, number);
        stream.Dispose();
        Descriptors.Replace(number, (int)other.Descriptor.Number);
        InLoop("refusals", async () =>
        {
            await Should.ThrowAsync<ObjectDisposedException>(async () => await stream.ReadAsync(new byte[1]));
            await stream.DisposeAsync();
        });
        Native.IsOpen(number).ShouldBeTrue();
        Native.Close(number);
    }

    [Fact]
    public void A_descriptor_in_use_is_closed_once_when_it_is_used_no_more()
    {
        var (original, _) = NewSocketStreams();
        var file = new HookedFile((int)original.Descriptor.Number);
        var stream = new LoopStream(Loop, FileDescriptor.From(file));
        InLoop("a disposal during a read", async () =>
        {
            file.BeforeUse = () => OtherThread.Run(() =>
            {
                stream.Dispose();
                stream.WriteAsync(new byte[1]).IsFaulted.ShouldBeTrue();
                file.Closed.ShouldBe(0, "a read uses it");
            });
            await Should.ThrowAsync<ObjectDisposedException>(async () => await stream.ReadAsync(new byte[1]));
            await Turns(2);
            Bounded.Until(() => file.Closed > 0, "it is closed");
            file.Closed.ShouldBe(1);
        });
    }

    [Fact]
    public void Disposals_that_race_with_reads_close_once_and_end_each_read()
    {
        InLoop("disposals", async () =>
        {
            foreach (int round in Bounded.Rounds(200))
            {
                var (reader, writer) = LoopStream.CreatePipe(Loop);
                using (writer)
                {
                    var read = round % 2 == 0
                        ? reader.ReadAsync(new byte[1]).AsTask()
                        : Task.Run(async () => await reader.ReadAsync(new byte[1]).ConfigureAwait(false));
                    var disposal = Task.Run(reader.Dispose);
                    await Should.ThrowAsync<ObjectDisposedException>(() => Within(read));
                    await disposal;
                }
                NoteProgress();
            }
        });
    }
}
