using System.Reactive.Linq;
using System.Text;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class SourceTests
{
    [Fact]
    public void What_comes_after_a_subscription_is_left_to_the_next_reader()
    {
        var (reader, writer) = NewStreams();
        int seen = 0;
        IDisposable? subscription = null;
        InLoop(() => subscription = reader.ObserveReads().Subscribe(_ => seen++));
        RunTurns(2);
        InLoop("a read", async () =>
        {
            subscription!.Dispose();
            Write(writer, "hello");
            await Turns(1);
            byte[] buffer = new byte[16];
            (await reader.ReadAsync(buffer)).ShouldBe(5);
        });
        seen.ShouldBe(0);
    }

    [Fact]
    public void A_subscription_may_follow_another_at_once()
    {
        var (reader, writer) = NewStreams();
        var seen = new List<string>();
        InLoop(() => Own(reader.ObserveReads().Take(1).Concat(reader.ObserveReads()).Subscribe(bytes =>
        {
            seen.Add(Text(bytes));
            if (seen.Count == 2)
                Loop.Stop();
        })));
        RunTurns(2);
        Write(writer, "a");
        RunTurns(3);
        Write(writer, "b");
        if (seen.Count < 2)
            Run("a second subscription");
        seen.ShouldBe(["a", "b"]);

        Exception? failure = null;
        InLoop(() =>
        {
            var (other, _) = NewStreams();
            for (int i = 0; i < 3; i++)
                other.ObserveReads().Subscribe(_ => { }, error => failure = error).Dispose();
            var waiting = other.ObserveReads().Subscribe(_ => { }, error => failure = error);
            AfterTurns(2, () =>
            {
                waiting.Dispose();
                Own(other.ObserveReads().Subscribe(_ => { }, error => failure = error));
            });
        });
        RunTurns(5);
        failure.ShouldBeNull();
    }

    [Fact]
    public void A_subscription_may_follow_one_that_another_thread_ends_while_it_begins_to_wait()
    {
        var loop = Watched(new HookedLoop());
        UseLoop(loop);
        var (reader, writer) = NewStreams();
        var seen = new List<string>();
        Exception? failure = null;
        var first = reader.ObserveReads().Subscribe(_ => { });
        loop.Registering = () =>
        {
            loop.Registering = null;
            OtherThread.Run(() =>
            {
                first.Dispose();
                Own(reader.ObserveReads().Subscribe(bytes => seen.Add(Text(bytes)), error => failure = error));
            });
        };
        RunTurns(4);
        Write(writer, "hello");
        RunTurns(2);
        failure.ShouldBeNull();
        seen.ShouldBe(["hello"]);
    }

    [Fact]
    public void What_is_ready_when_an_earlier_call_of_the_turn_unsubscribes_is_not_read()
    {
        var streams = new[] { NewStreams(), NewStreams() };
        var subscriptions = new IDisposable[2];
        int seen = 0;
        InLoop(() =>
        {
            for (int i = 0; i < 2; i++)
            {
                int next = 1 - i;
                subscriptions[i] = streams[i].Reader.ObserveReads().Subscribe(_ =>
                {
                    seen++;
                    subscriptions[next].Dispose();
                });
            }
        });
        RunTurns(2);
        InLoop(() =>
        {
            Write(streams[0].Writer, "x");
            Write(streams[1].Writer, "x"); // both are reported in one poll
        });
        RunTurns(4);
        seen.ShouldBe(1);
        InLoop("what is left", async () =>
        {
            foreach (var subscription in subscriptions)
                subscription.Dispose();
            foreach (var (_, writer) in streams)
                writer.Dispose();
            await Turns(1);
            (await RestOf(streams[0].Reader) + await RestOf(streams[1].Reader)).ShouldBe("x");
        });
    }

    [Fact]
    public void Unsubscribing_on_another_thread_while_data_arrives_loses_and_repeats_nothing()
    {
        var (reader, writer) = NewStreams();
        var seen = new StringBuilder();
        var sent = new StringBuilder();
        int failures = 0;
        int notified = 0;
        var other = OtherThread.Start(() =>
        {
            foreach (int round in Bounded.Rounds(2_000))
            {
                var subscription = reader.ObserveReads(bufferSize: 3).Subscribe(
                    bytes =>
                    {
                        notified++;
                        seen.Append(Text(bytes));
                    },
                    _ => failures++);
                string piece = $"{round} ";
                sent.Append(piece);
                Write(writer, piece);
                Thread.SpinWait(round % 50 * 20);
                subscription.Dispose();
                NoteProgress();
            }
            writer.Dispose();
            Loop.AddCallback(() => AfterTurns(2, Loop.Stop));
        });
        Run("subscriptions that another thread ends");
        other.Join();
        failures.ShouldBe(0);
        notified.ShouldBeGreaterThan(0);
        InLoop("the rest", async () => seen.Append(await RestOf(reader)));
        seen.ToString().ShouldBe(sent.ToString());
    }
}
