using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Streams;

/// <summary>What a stream must do on every loop.</summary>
public abstract partial class StreamTests(LoopFixture fixture) : SourceHarness(fixture)
{
    private (LoopStream Reader, LoopStream Writer) NewStreams()
    {
        var (reader, writer) = LoopStream.CreatePipe(Loop);
        return (Own(reader), Own(writer));
    }

    [Fact]
    public void What_is_written_is_read()
    {
        var (reader, writer) = NewStreams();
        InLoop("a read", async () =>
        {
            byte[] buffer = new byte[16];
            var read = reader.ReadAsync(buffer).AsTask();
            read.IsCompleted.ShouldBeFalse();
            await writer.WriteAsync("hello"u8.ToArray());
            (await read).ShouldBe(5);
            buffer.AsSpan(0, 5).SequenceEqual("hello"u8).ShouldBeTrue();
            Loop.IsOnLoopThread.ShouldBeTrue();
        });
    }
}
