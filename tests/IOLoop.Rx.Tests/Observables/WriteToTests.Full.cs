using System.Reactive.Linq;
using System.Text;
using IOLoops.Conformance;
using IOLoops.Sources;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class WriteToTests
{
    private static readonly byte[] Filling = new byte[1 << 20]; // more than a pipe takes

    [Fact]
    public void A_full_queue_fails_at_once_and_cancels_the_write()
    {
        var (_, writer) = NewStreams();
        Exception? failure = null;
        using var subscription = _source.WriteTo(writer, capacity: 2).Subscribe(_ => { }, error => failure = error);
        BlockWriter();
        Send("a");
        Send("b");
        RunTurns(2);
        failure.ShouldBeNull();
        Send("c");
        _source.HasObservers.ShouldBeFalse();
        RunTurns(2);
        failure.ShouldBeOfType<InvalidOperationException>().Message.ShouldContain(nameof(WhenFull.DropOldest));
        InLoop(() => writer.WriteAsync(Filling).AsTask().IsFaulted.ShouldBeFalse("no write is in progress"));
    }

    [Fact]
    public void The_oldest_are_dropped_as_wholes()
    {
        var (reader, writer) = NewStreams();
        var seen = new List<long>();
        using var subscription = _source.WriteTo(writer, capacity: 2, WhenFull.DropOldest).Subscribe(seen.Add, () => writer.Dispose());
        BlockWriter();
        foreach (string text in new[] { "aa", "bb", "cc", "dd" })
            Send(text);
        _source.OnCompleted();
        InLoop("the rest", async () =>
        {
            await reader.ReadExactlyAsync(new byte[Filling.Length]);
            (await RestOf(reader)).ShouldBe("ccdd");
        });
        seen.ShouldBe([Filling.Length, Filling.Length + 2, Filling.Length + 4]);
    }

    [Fact]
    public void A_source_waits_for_room_and_nothing_is_lost()
    {
        const int Count = 10_000;
        var (reader, writer) = NewStreams();
        string text = string.Join(' ', Enumerable.Range(0, Count));
        using var subscription = _source.WriteTo(writer, capacity: 2, WhenFull.Wait).Subscribe(_ => { }, () => writer.Dispose());
        var other = OtherThread.Start(() =>
        {
            foreach (char[] piece in text.Chunk(7))
                Send(new string(piece));
            _source.OnCompleted();
        });
        InLoop("the rest", async () => (await RestOf(reader)).ShouldBe(text));
        other.Join();
    }

    [Fact]
    public void To_wait_on_the_loop_s_thread_is_an_error()
    {
        var (_, writer) = NewStreams();
        Exception? failure = null;
        InLoop(() =>
        {
            Own(_source.WriteTo(writer, capacity: 2, WhenFull.Wait).Subscribe(_ => { }, error => failure = error));
            Send("a");
            Send("b");
            Send("c");
            failure.ShouldBeNull();
        });
        RunTurns(2);
        failure.ShouldBeOfType<InvalidOperationException>().Message.ShouldContain("loop's own thread");
    }

    [Fact]
    public void Unsubscribing_resumes_a_source_that_waits() => ShouldResume((_, subscription) => subscription.Dispose());

    [Fact]
    public void A_failed_write_resumes_a_source_that_waits() => ShouldResume((reader, _) =>
    {
        reader.Dispose();
        RunTurns(3);
    });

    [Fact]
    public void Closing_the_loop_resumes_a_source_that_waits_for_the_stream() => ShouldResume((_, _) => Loop.Close());

    [Fact]
    public void Closing_the_loop_resumes_a_source_that_waits_for_the_writer()
    {
        var (_, writer) = NewStreams();
        using var subscription = _source.WriteTo(writer, capacity: 1, WhenFull.Wait).Subscribe(_ => { });
        ShouldWaitUntil(() => Loop.Close());
    }

    [Fact]
    public void A_source_that_waits_is_resumed_whenever_the_loop_is_closed()
    {
        foreach (int round in Bounded.Rounds(100))
        {
            using var loop = Fixture.Create();
            var (_, writer) = LoopStream.CreatePipe(loop);
            using var subscription = _source.WriteTo(writer, capacity: 1, WhenFull.Wait).Subscribe(_ => { });
            var other = OtherThread.Start(() =>
            {
                while (_source.HasObservers)
                    _source.OnNext(new byte[round % 2 == 0 ? 8_000 : 1]);
            });
            loop.AddCallback(() => loop.CallLater(TimeSpan.FromMicroseconds(round * 10), loop.Stop));
            Guarded(loop, "a timeout", () => Fixture.Run(loop));
            loop.Close();
            other.Join();
            writer.Dispose();
        }
    }

    private void ShouldResume(Action<LoopStream, IDisposable> end)
    {
        var (reader, writer) = NewStreams();
        using var subscription = _source.WriteTo(writer, capacity: 1, WhenFull.Wait).Subscribe(_ => { }, _ => { });
        BlockWriter();
        ShouldWaitUntil(() => end(reader, subscription));
    }

    private void ShouldWaitUntil(Action end)
    {
        Thread? source = null;
        bool hasReturned = false;
        var other = OtherThread.Start(() =>
        {
            source = Thread.CurrentThread;
            Send("a");
            Send("b");
            hasReturned = true;
        });
        Bounded.Until(() => source is { } thread && (thread.ThreadState & ThreadState.WaitSleepJoin) != 0, "the source waits");
        hasReturned.ShouldBeFalse();
        end();
        other.Join();
        Bounded.Until(() => !_source.HasObservers, "the subscription to the source has ended");
    }

    /// <summary>Lets the writer begin with more than the pipe takes.</summary>
    private void BlockWriter()
    {
        _source.OnNext(Filling);
        RunTurns(2);
    }
}
