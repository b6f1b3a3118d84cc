using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Streams;

public abstract partial class StreamTests
{
    [Fact]
    public void Synchronous_calls_block_another_thread_until_they_are_done()
    {
        var (reader, writer) = NewPipeStreams();
        byte[] sent = RandomBytes(300_000);
        InLoop("synchronous calls", async () =>
        {
            byte[] received = new byte[sent.Length];
            var read = Task.Run(() =>
            {
                reader.ReadExactly(received.AsSpan(0, 1000));
                for (int done = 1000; done < received.Length;)
                    done += reader.Read(received, done, received.Length - done);
            });
            await Task.Run(() =>
            {
                writer.Write(sent.AsSpan(0, 100_000));
                writer.Write(sent, 100_000, 200_000);
                writer.Flush();
            });
            await Within(read);
            received.AsSpan().SequenceEqual(sent).ShouldBeTrue();
        });
    }

    [Fact]
    public void Synchronous_calls_on_the_loop_are_refused_with_what_to_use()
    {
        var (reader, writer) = NewPipeStreams();
        InLoop(() =>
        {
            Should.Throw<InvalidOperationException>(() => reader.Read(new byte[1])).Message.ShouldContain("ReadAsync");
            Should.Throw<InvalidOperationException>(() => reader.Read(new byte[1], 0, 1)).Message.ShouldContain("ReadAsync");
            Should.Throw<InvalidOperationException>(() => writer.Write(Hello)).Message.ShouldContain("WriteAsync");
            Should.Throw<InvalidOperationException>(() => writer.Write(Hello, 0, 1)).Message.ShouldContain("WriteAsync");
        });
    }

    [Fact]
    public void A_synchronous_read_times_out()
    {
        var (reader, _) = NewPipeStreams();
        reader.ReadTimeout = 5;
        InLoop("a timeout", async () =>
            await Should.ThrowAsync<TimeoutException>(() => Within(Task.Run(() => reader.Read(new byte[1])))));
    }

    [Fact]
    public void The_old_asynchronous_pattern_works()
    {
        var (reader, writer) = NewPipeStreams();
        InLoop("BeginRead", async () =>
        {
            byte[] buffer = new byte[16];
            var read = Task.Factory.FromAsync(reader.BeginRead(buffer, 0, 16, null, null), reader.EndRead);
            await Task.Factory.FromAsync(writer.BeginWrite(Hello, 0, 5, null, null), writer.EndWrite);
            (await Within(read)).ShouldBe(5);
        });
    }

    [Fact]
    public void What_a_stream_cannot_do_is_refused()
    {
        var (reader, writer) = NewPipeStreams();
        reader.CanSeek.ShouldBeFalse();
        reader.CanWrite.ShouldBeFalse();
        writer.CanRead.ShouldBeFalse();
        Should.Throw<NotSupportedException>(() => reader.Length);
        Should.Throw<NotSupportedException>(() => reader.Position);
        Should.Throw<NotSupportedException>(() => reader.Position = 1);
        Should.Throw<NotSupportedException>(() => reader.Seek(0, SeekOrigin.Begin));
        Should.Throw<NotSupportedException>(() => reader.SetLength(0));
        Should.Throw<NotSupportedException>(() => { _ = reader.WriteAsync(Hello); });
        Should.Throw<NotSupportedException>(() => { _ = writer.ReadAsync(new byte[1]); });
        Should.Throw<ArgumentException>(() => new LoopStream(Loop, reader.Descriptor, FileAccess.Write)).Message.ShouldContain("Read");
        Should.Throw<ArgumentOutOfRangeException>(() => new LoopStream(Loop, reader.Descriptor, 0));
        Should.Throw<IOException>(() => new LoopStream(Loop, 1_000_000)).HResult.ShouldBe(9); // EBADF
        Should.Throw<ArgumentNullException>(() => new LoopStream(null!, reader.Descriptor));
    }
}
