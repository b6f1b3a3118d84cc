using System.Reactive;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using IOLoops.Conformance;
using IOLoops.Sources;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

/// <summary>Observables that are written to a stream.</summary>
public abstract partial class WriteToTests(LoopFixture fixture) : SourceHarness(fixture)
{
    private readonly Subject<ReadOnlyMemory<byte>> _source = new();

    [Fact]
    public void Everything_is_written_in_order_and_the_bytes_so_far_are_notified()
    {
        var (reader, writer) = NewStreams();
        var seen = new List<long>();
        using var subscription = _source.WriteTo(writer).Subscribe(
            written =>
            {
                Loop.IsOnLoopThread.ShouldBeTrue();
                seen.Add(written);
            },
            Loop.Stop);
        OtherThread.Run(() =>
        {
            Send("one");
            Send("");
            Send("three");
            _source.OnCompleted();
        });
        Run("the end of the source");
        seen.ShouldBe([3, 3, 8]);
        writer.CanWrite.ShouldBeTrue("it is the caller's to complete and dispose");
        writer.Dispose();
        InLoop("a read", async () => (await RestOf(reader)).ShouldBe("onethree"));
    }

    [Fact]
    public void Nothing_is_notified_inside_a_notification_of_the_source()
    {
        var (_, writer) = NewStreams();
        int seen = 0;
        InLoop(() =>
        {
            Own(_source.WriteTo(writer).Subscribe(_ => seen++, () => seen++));
            Send("x");
            _source.OnCompleted();
            seen.ShouldBe(0);
        });
        RunTurns(3);
        seen.ShouldBe(2);
    }

    [Fact]
    public void An_error_of_the_source_comes_after_what_was_queued()
    {
        var (reader, writer) = NewStreams();
        var seen = new List<NotificationKind>();
        InLoop(() =>
        {
            Own(_source.WriteTo(writer).Materialize().Subscribe(notification => seen.Add(notification.Kind)));
            Send("a");
            Send("b");
            _source.OnError(new TestException());
        });
        RunTurns(3);
        seen.ShouldBe([NotificationKind.OnNext, NotificationKind.OnNext, NotificationKind.OnError]);
        writer.Dispose();
        InLoop("a read", async () => (await RestOf(reader)).ShouldBe("ab"));
    }

    [Fact]
    public void A_completed_source_completes_only_when_all_is_written()
    {
        var (reader, writer) = NewStreams();
        byte[] large = new byte[1 << 20];
        bool hasEnded = false;
        using var subscription = Observable.Return<ReadOnlyMemory<byte>>(large).WriteTo(writer).Subscribe(_ => { }, () => hasEnded = true);
        RunTurns(3);
        hasEnded.ShouldBeFalse();
        InLoop("reads", async () =>
        {
            byte[] buffer = new byte[large.Length];
            await reader.ReadExactlyAsync(buffer);
            await Turns(3);
        });
        hasEnded.ShouldBeTrue();
    }

    [Fact]
    public void A_failed_write_is_an_error_and_ends_the_subscription_to_the_source()
    {
        var (reader, writer) = NewStreams();
        reader.Dispose();
        Exception? failure = null;
        InLoop(() =>
        {
            Own(_source.WriteTo(writer).Subscribe(_ => { }, error => failure = error));
            Send("a");
            Send("b");
        });
        RunTurns(3);
        failure.ShouldBeOfType<IOException>().HResult.ShouldBe(32); // EPIPE
        _source.HasObservers.ShouldBeFalse();
    }

    [Fact]
    public void A_stream_that_cannot_be_written_or_is_being_written_is_an_error()
    {
        var (reader, writer) = NewStreams();
        FailureOf(reader).ShouldBeOfType<NotSupportedException>();
        InLoop(() =>
        {
            var large = writer.WriteAsync(new byte[1 << 20]).AsTask();
            large.IsCompleted.ShouldBeFalse();
        });
        FailureOf(writer).ShouldBeOfType<InvalidOperationException>();
    }

    [Fact]
    public void An_observer_that_throws_is_reported_and_ends_the_subscription_to_the_source()
    {
        var (_, writer) = NewStreams();
        Failures.Expected = true;
        Failures.OnFailure = _ => Loop.Stop();
        using var subscription = _source.WriteTo(writer).Subscribe(_ => throw new TestException());
        Send("x");
        Send("x");
        Run("a failure");
        RunTurns(2);
        Failures.All.Single().Exception.ShouldBeOfType<TestException>();
        _source.HasObservers.ShouldBeFalse();
    }

    [Fact]
    public void Unsubscribing_cancels_the_write_and_the_stream_can_be_written_in_the_next_turn()
    {
        var (reader, writer) = NewStreams();
        int ends = 0;
        var subscription = _source.WriteTo(writer).Subscribe(_ => { }, _ => ends++, () => ends++);
        _source.OnNext(new byte[1 << 20]);
        RunTurns(2);
        long taken = writer.BytesWritten;
        taken.ShouldBeInRange(1, (1 << 20) - 1);
        InLoop("a write", async () =>
        {
            subscription.Dispose();
            await Turns(1);
            var write = writer.WriteAsync("x"u8.ToArray());
            byte[] buffer = new byte[(int)taken + 1];
            await reader.ReadExactlyAsync(buffer);
            await write;
            buffer[^1].ShouldBe((byte)'x');
        });
        ends.ShouldBe(0);
        _source.HasObservers.ShouldBeFalse();
    }

    [Fact]
    public void A_subscription_may_follow_one_that_another_thread_ends_while_it_begins_to_wait()
    {
        var loop = Watched(new HookedLoop());
        UseLoop(loop);
        var (_, writer) = NewStreams();
        var large = Observable.Return<ReadOnlyMemory<byte>>(new byte[1 << 20]);
        Exception? failure = null;
        var first = large.WriteTo(writer).Subscribe(_ => { });
        loop.Registering = () =>
        {
            loop.Registering = null;
            OtherThread.Run(() =>
            {
                first.Dispose();
                Own(large.WriteTo(writer).Subscribe(_ => { }, error => failure = error));
            });
        };
        RunTurns(4);
        failure.ShouldBeNull();
        loop.Registering.ShouldBeNull("a write waited");
    }

    [Fact]
    public void A_closed_loop_notifies_nothing_and_ends_the_subscription_to_the_source()
    {
        var (_, writer) = NewStreams();
        int seen = 0;
        using var subscription = _source.WriteTo(writer).Subscribe(_ => seen++, _ => seen++, () => seen++);
        RunTurns(2);
        Loop.Close();
        Send("x");
        _source.HasObservers.ShouldBeFalse();
        seen.ShouldBe(0);
        Exception? failure = null;
        using var late = _source.WriteTo(writer).Subscribe(_ => { }, error => failure = error);
        failure.ShouldBeOfType<ObjectDisposedException>();
        _source.HasObservers.ShouldBeFalse();
    }

    [Fact]
    public void A_loop_that_is_closed_before_it_has_written_ends_the_subscription_to_the_source()
    {
        var (_, writer) = NewStreams();
        using var subscription = _source.WriteTo(writer).Subscribe(_ => { });
        Send("x");
        Loop.Close();
        Send("x");
        _source.HasObservers.ShouldBeFalse();
    }

    [Fact]
    public void Many_writes_do_not_starve_other_callbacks()
    {
        const int Count = 1_000;
        var (_, writer) = NewStreams();
        int seen = 0;
        int most = 0;
        int before = 0;
        void NoteTurn()
        {
            most = Math.Max(most, seen - before);
            before = seen;
            Loop.AddCallback(NoteTurn);
        }
        Loop.AddCallback(NoteTurn);
        using var subscription = _source.WriteTo(writer, Count).Subscribe(_ => seen++, () => AfterTurns(2, Loop.Stop));
        for (int i = 0; i < Count; i++)
            Send("x");
        _source.OnCompleted();
        Run("many writes");
        seen.ShouldBe(Count);
        most.ShouldBeLessThanOrEqualTo(256);
    }

    [Fact]
    public void A_write_allocates_nothing()
    {
        SkipUnless(Fixture.IsNative, "a turn of other loops may allocate");
        var pipe = NewPipe();
        using var stream = new LoopStream(Loop, pipe.WriteEnd, leaveOpen: true);
        var meter = new AllocationMeter();
        byte[] message = "12345678"u8.ToArray();
        using var subscription = _source.WriteTo(stream).Subscribe(_ =>
        {
            if (meter.IsDone())
                Loop.Stop();
            pipe.Drain();
            _source.OnNext(message);
        });
        _source.OnNext(message);
        Run("many writes");
        meter.Best.ShouldBe(0);
    }

    [Fact]
    public void Arguments_are_checked_before_anything_is_subscribed_to()
    {
        var (_, writer) = NewStreams();
        Should.Throw<ArgumentOutOfRangeException>(() => _source.WriteTo(writer, capacity: 0));
        Should.Throw<ArgumentOutOfRangeException>(() => _source.WriteTo(writer, whenFull: (WhenFull)3));
        Should.Throw<ArgumentNullException>(() => _source.WriteTo(null!));
        Should.Throw<ArgumentNullException>(() => _source.WriteTo(writer).Subscribe(null!));
    }

    private void Send(string text) => _source.OnNext(System.Text.Encoding.UTF8.GetBytes(text));

    private Exception FailureOf(LoopStream stream)
    {
        Exception? failure = null;
        using var subscription = Observable.Return<ReadOnlyMemory<byte>>("x"u8.ToArray()).WriteTo(stream).Subscribe(
            _ => { },
            error =>
            {
                failure = error;
                Loop.Stop();
            },
            Loop.Stop);
        Run("a failure");
        return failure.ShouldNotBeNull();
    }
}
