using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Streams;

public abstract partial class StreamTests
{
    [Fact]
    public void A_cancelled_read_loses_nothing()
    {
        var (reader, writer) = NewPipeStreams();
        InLoop("a cancelled read", async () =>
        {
            using var cancellation = new CancellationTokenSource();
            byte[] buffer = new byte[16];
            var read = reader.ReadAsync(buffer, cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            var cancelled = await Should.ThrowAsync<OperationCanceledException>(() => read);
            cancelled.CancellationToken.ShouldBe(cancellation.Token);
            await writer.WriteAsync(Hello);
            (await reader.ReadAsync(buffer)).ShouldBe(5);
        });
    }

    [Fact]
    public void A_read_that_an_earlier_call_of_the_turn_cancels_takes_nothing()
    {
        var (firstReader, firstWriter) = NewPipeStreams();
        var (secondReader, secondWriter) = NewPipeStreams();
        InLoop("two reads of which one cancels the other", async () =>
        {
            using var cancelsFirst = new CancellationTokenSource();
            using var cancelsSecond = new CancellationTokenSource();
            var first = ReadThenCancelAsync(firstReader, cancelsFirst.Token, cancelsSecond);
            var second = ReadThenCancelAsync(secondReader, cancelsSecond.Token, cancelsFirst);
            await firstWriter.WriteAsync(Hello);
            await secondWriter.WriteAsync(Hello); // both are reported in one poll
            (await Within(first) + await Within(second)).ShouldBe(5);
            var cancelled = await first == 0 ? firstReader : secondReader;
            (await cancelled.ReadAsync(new byte[16])).ShouldBe(5);
        });

        static async Task<int> ReadThenCancelAsync(LoopStream reader, CancellationToken token, CancellationTokenSource other)
        {
            try
            {
                int count = await reader.ReadAsync(new byte[16], token).ConfigureAwait(false);
#pragma warning disable CA1849 // the point is that it is cancelled when this returns
                other.Cancel();
#pragma warning restore CA1849
                return count;
            }
            catch (OperationCanceledException)
            {
                return 0;
            }
        }
    }

    [Fact]
    public void A_token_that_was_cancelled_before_reads_nothing()
    {
        var (reader, writer) = NewPipeStreams();
        InLoop("a cancelled read", async () =>
        {
            await writer.WriteAsync(Hello);
            await Should.ThrowAsync<OperationCanceledException>(async () => await reader.ReadAsync(new byte[16], new CancellationToken(true)));
            await Should.ThrowAsync<OperationCanceledException>(async () => await writer.WriteAsync(Hello, new CancellationToken(true)));
            (await reader.ReadAsync(new byte[16])).ShouldBe(5);
        });
    }

    [Fact]
    public void A_cancelled_write_tells_how_much_was_taken()
    {
        var (reader, writer) = NewPipeStreams();
        byte[] sent = RandomBytes(500_000);
        InLoop("a cancelled write", async () =>
        {
            using var cancellation = new CancellationTokenSource();
            var write = writer.WriteAsync(sent, cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => write);
            int taken = (int)writer.BytesWritten;
            taken.ShouldBeInRange(1, sent.Length - 1);
            writer.Dispose();
            byte[] received = await ToEndAsync(reader);
            received.AsSpan().SequenceEqual(sent.AsSpan(0, taken)).ShouldBeTrue();
        });
    }

    [Theory]
    [InlineData(Timeout.Infinite)]
    [InlineData(600_000)]
    public void Cancellations_that_race_with_data_lose_and_repeat_no_byte(int timeout)
    {
        var (reader, writer) = NewPipeStreams();
        reader.ReadTimeout = timeout;
        int bytes = Fixture.IsNative ? 5_000 : 1_000; // and at least as many cancellations
        InLoop("cancellations", async () =>
        {
            var feed = Task.Run(async () =>
            {
                byte[] one = new byte[1];
                for (int i = 0; i < bytes; i++)
                {
                    one[0] = (byte)i;
                    await writer.WriteAsync(one).ConfigureAwait(false);
                }
                writer.Dispose();
            });
            byte[] buffer = new byte[1];
            int next = 0;
            for (bool isEnd = false; !isEnd;)
            {
                using var cancellation = new CancellationTokenSource();
                var read = reader.ReadAsync(buffer, cancellation.Token).AsTask();
                var cancel = Task.Run(cancellation.Cancel);
                try
                {
                    int count = await read;
                    isEnd = count == 0;
                    if (!isEnd)
                        buffer[0].ShouldBe((byte)next++);
                }
                catch (OperationCanceledException)
                {
                }
                await cancel;
                NoteProgress();
            }
            next.ShouldBe(bytes);
            await feed;
        });
    }

    [Fact]
    public void A_read_that_takes_too_long_times_out_and_loses_nothing()
    {
        var (reader, writer) = NewPipeStreams();
        reader.ReadTimeout = 5;
        InLoop("a timeout", async () =>
        {
            await Should.ThrowAsync<TimeoutException>(async () => await reader.ReadAsync(new byte[16]));
            await writer.WriteAsync(Hello);
            (await reader.ReadAsync(new byte[16])).ShouldBe(5);
            await Should.ThrowAsync<TimeoutException>(async () => await reader.ReadAsync(new byte[16]));
        });
    }

    [Fact]
    public void A_write_that_takes_too_long_times_out()
    {
        var (_, writer) = NewPipeStreams();
        writer.WriteTimeout = 5;
        InLoop("a timeout", async () =>
        {
            await Should.ThrowAsync<TimeoutException>(async () => await writer.WriteAsync(new byte[1_000_000]));
            writer.BytesWritten.ShouldBeInRange(1, 999_999);
        });
    }

    [Fact]
    public void A_time_limit_leaves_a_token_its_effect()
    {
        var (reader, writer) = NewPipeStreams();
        reader.ReadTimeout = 600_000;
        InLoop("a cancelled read", async () =>
        {
            using var cancellation = new CancellationTokenSource();
            var read = reader.ReadAsync(new byte[16], cancellation.Token).AsTask();
            await Turns(2);
            await cancellation.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => Within(read));
            // The same source again, whose limit has not passed.
            read = reader.ReadAsync(new byte[16]).AsTask();
            await writer.WriteAsync(Hello);
            (await Within(read)).ShouldBe(5);
        });
    }

    [Fact]
    public void A_time_limit_ends_with_its_read()
    {
        var (reader, writer) = NewPipeStreams();
        InLoop("reads with and without a limit", async () =>
        {
            reader.ReadTimeout = 5;
            await Should.ThrowAsync<TimeoutException>(async () => await reader.ReadAsync(new byte[16]));
            reader.ReadTimeout = Timeout.Infinite;
            var read = reader.ReadAsync(new byte[16]).AsTask();
            Loop.RemoveHandler(reader.Descriptor);
            await Should.ThrowAsync<InvalidOperationException>(() => Within(read)); // for another reason than the time

            reader.ReadTimeout = 600_000;
            read = reader.ReadAsync(new byte[16]).AsTask();
            await writer.WriteAsync(Hello);
            await Within(read);
            using var state = new StringWriter();
            Loop.DumpState(state);
            state.ToString().ShouldContain(" 0 timeouts");
        });
    }

    [Fact]
    public void Time_limits_are_checked()
    {
        var (reader, writer) = NewPipeStreams();
        reader.CanTimeout.ShouldBeTrue();
        reader.ReadTimeout.ShouldBe(Timeout.Infinite);
        Should.Throw<ArgumentOutOfRangeException>(() => reader.ReadTimeout = 0);
        Should.Throw<ArgumentOutOfRangeException>(() => writer.WriteTimeout = -2);
    }

    private static async Task<byte[]> ToEndAsync(LoopStream reader)
    {
        using var all = new MemoryStream();
        await reader.CopyToAsync(all);
        return all.ToArray();
    }
}
