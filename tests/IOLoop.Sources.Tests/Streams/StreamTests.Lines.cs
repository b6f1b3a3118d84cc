using System.Text;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Streams;

public abstract partial class StreamTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("one", new[] { "one" })]
    [InlineData("one\n", new[] { "one" })]
    [InlineData("one\r\ntwo\n", new[] { "one", "two" })]
    [InlineData("\n\r\n", new[] { "", "" })]
    [InlineData("a\rb\nc\r", new[] { "a\rb", "c\r" })]
    [InlineData("grüße\n🙂\n", new[] { "grüße", "🙂" })]
    [InlineData("\ufeffone\n\ufefftwo", new[] { "one", "\ufefftwo" })]
    [InlineData("\ufeff", new string[0])]
    public void Lines_end_with_LF_or_CRLF(string text, string[] lines)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        foreach (int piece in (int[])[1, 2, bytes.Length + 1])
        {
            var (reader, writer) = NewPipeStreams();
            InLoop("lines", async () =>
            {
                var feed = FeedAsync(writer, bytes, piece);
                var read = new List<string>();
                await foreach (string line in reader.ReadLinesAsync())
                    read.Add(line);
                read.SequenceEqual(lines).ShouldBeTrue($"{string.Join('|', read)} in pieces of {piece}");
                await feed;
            });
        }
    }

    [Fact]
    public void Long_lines_and_many_lines_are_read()
    {
        var (reader, writer) = NewPipeStreams();
        string[] lines = [.. Enumerable.Range(0, 2_000).Select(i => new string((char)('a' + i % 26), i * 7 % 300)), new string('x', 50_000)];
        byte[] bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        InLoop("lines", async () =>
        {
            var feed = FeedAsync(writer, bytes, 10_000);
            int next = 0;
            await foreach (string line in reader.ReadLinesAsync())
                line.ShouldBe(lines[next++]);
            next.ShouldBe(lines.Length);
            await feed;
        });
    }

    [Fact]
    public void A_line_that_is_too_long_is_an_error()
    {
        foreach (string text in (string[])["123456\n", "123456"])
        {
            var (reader, writer) = NewPipeStreams();
            InLoop("lines", async () =>
            {
                await writer.WriteAsync(Encoding.UTF8.GetBytes("12345\r\n" + text));
                await using var lines = reader.ReadLinesAsync(maxLength: 5).GetAsyncEnumerator();
                (await lines.MoveNextAsync()).ShouldBeTrue();
                lines.Current.ShouldBe("12345");
                (await Should.ThrowAsync<InvalidDataException>(async () => await lines.MoveNextAsync())).Message.ShouldContain("5");
            });
        }
        var (other, _) = NewPipeStreams();
        Should.Throw<ArgumentOutOfRangeException>(() => other.ReadLinesAsync(maxLength: 0));
    }

    [Fact]
    public void Lines_of_another_encoding_are_read()
    {
        var (reader, writer) = NewPipeStreams();
        InLoop("lines", async () =>
        {
            var feed = FeedAsync(writer, Encoding.Unicode.GetBytes("grün\nblau"), 3);
            var read = new List<string>();
            await foreach (string line in reader.ReadLinesAsync(Encoding.Unicode))
                read.Add(line);
            read.ShouldBe(["grün", "blau"]);
            await feed;
        });
    }

    [Fact]
    public void A_consumer_of_lines_that_stops_reading_stops_the_writer()
    {
        var (reader, writer) = NewPipeStreams();
        InLoop("a slow consumer", async () =>
        {
            byte[] line = Encoding.UTF8.GetBytes(new string('x', 999) + "\n");
            var feed = FeedAsync(writer, [.. Enumerable.Repeat(line, 1_000).SelectMany(bytes => bytes)], 1_000_000);
            await using (var lines = reader.ReadLinesAsync().GetAsyncEnumerator())
            {
                await lines.MoveNextAsync();
                await Turns(20);
                feed.IsCompleted.ShouldBeFalse("nothing took what it writes");
                writer.BytesWritten.ShouldBeLessThan(200_000);
                int count = 1;
                while (await lines.MoveNextAsync())
                    count++;
                count.ShouldBe(1_000);
            }
            await feed;
        });
    }

    [Fact]
    public void Reading_lines_can_be_cancelled()
    {
        var (reader, _) = NewPipeStreams();
        InLoop("cancelled lines", async () =>
        {
            using var cancellation = new CancellationTokenSource();
            await using var lines = reader.ReadLinesAsync().GetAsyncEnumerator(cancellation.Token);
            var next = lines.MoveNextAsync().AsTask();
            await cancellation.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => Within(next));
        });
    }

    /// <summary>Each piece is read by itself: a write that completes at once would give the reader all of them together.</summary>
    private async Task FeedAsync(LoopStream writer, byte[] bytes, int piece)
    {
        for (int start = 0; start < bytes.Length; start += piece)
        {
            await writer.WriteAsync(bytes.AsMemory(start, Math.Min(piece, bytes.Length - start)));
            await Turns(2);
        }
        writer.Dispose();
    }
}
