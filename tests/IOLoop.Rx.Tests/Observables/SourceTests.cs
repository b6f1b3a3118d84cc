using System.Reactive;
using System.Reactive.Linq;
using System.Runtime.InteropServices;
using System.Text;
using IOLoops.Conformance;
using IOLoops.Sources;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

/// <summary>Streams, folders and children as observables.</summary>
public abstract partial class SourceTests(LoopFixture fixture) : SourceHarness(fixture)
{
    [Fact]
    public void What_is_written_is_read_on_the_loop_s_thread_and_the_end_completes()
    {
        var (reader, writer) = NewStreams();
        var seen = new List<string>();
        using var subscription = reader.ObserveReads().Subscribe(
            bytes =>
            {
                Loop.IsOnLoopThread.ShouldBeTrue();
                seen.Add(Text(bytes));
                writer.Dispose();
            },
            Loop.Stop);
        Write(writer, "hello");
        Run("the end of a stream");
        seen.ShouldBe(["hello"]);
    }

    [Fact]
    public void A_read_takes_no_more_than_the_buffer_s_size_and_owns_its_memory()
    {
        var (reader, writer) = NewStreams();
        Write(writer, "abcdefgh");
        writer.Dispose();
        var pieces = new List<ReadOnlyMemory<byte>>();
        using var subscription = reader.ObserveReads(bufferSize: 3).Subscribe(pieces.Add, Loop.Stop);
        Run("the end of a stream");
        pieces.Select(Text).ShouldBe(["abc", "def", "gh"]);
    }

    [Fact]
    public void What_a_source_has_notified_is_not_kept()
    {
        var (reader, writer) = NewStreams();
        WeakReference? seen = null;
        using var subscription = reader.ObserveReads().Subscribe(bytes =>
        {
            MemoryMarshal.TryGetArray(bytes, out var array).ShouldBeTrue();
            seen = new WeakReference(array.Array);
        });
        Write(writer, "hello");
        RunTurns(5);
        for (int i = 0; i < 10 && seen is { IsAlive: true }; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        seen.ShouldNotBeNull().IsAlive.ShouldBeFalse();
    }

    [Fact]
    public void Nothing_is_notified_inside_Subscribe()
    {
        var (reader, writer) = NewStreams();
        Write(writer, "hello");
        int seen = 0;
        InLoop(() =>
        {
            Own(reader.ObserveReads().Subscribe(_ => seen++));
            seen.ShouldBe(0);
        });
        RunTurns(3);
        seen.ShouldBe(1);
    }

    [Fact]
    public void A_second_subscription_fails_and_the_first_continues()
    {
        var (reader, writer) = NewStreams();
        var seen = new List<string>();
        Exception? failure = null;
        using var first = reader.ObserveReads().Subscribe(
            bytes =>
            {
                seen.Add(Text(bytes));
                Loop.Stop();
            });
        using var second = reader.ObserveLines().Subscribe(_ => { }, error =>
        {
            failure = error;
            Write(writer, "hello");
        });
        Run("a read");
        failure.ShouldBeOfType<InvalidOperationException>();
        seen.ShouldBe(["hello"]);
    }

    [Fact]
    public void A_failed_read_is_an_error_with_its_errno()
    {
        using var memory = new DescriptorHandle(RawFiles.OpenToRead("/proc/self/mem")); // nothing is mapped at its beginning
        using var stream = new LoopStream(Loop, memory, FileAccess.Read);
        var failure = FailureOf(stream.ObserveReads());
        failure.ShouldBeOfType<IOException>().HResult.ShouldBe(5); // EIO
    }

    [Fact]
    public void A_stream_that_is_disposed_meanwhile_is_an_error()
    {
        var (reader, _) = NewStreams();
        Loop.AddCallback(() => AfterTurns(2, reader.Dispose));
        FailureOf(reader.ObserveReads()).ShouldBeOfType<ObjectDisposedException>();
    }

    [Fact]
    public void An_observer_that_throws_is_reported_and_the_next_one_reads_on()
    {
        var (reader, writer) = NewStreams();
        var terminated = new List<NotificationKind>();
        Write(writer, "ab");
        Failures.Expected = true;
        Failures.OnFailure = _ => Loop.Stop();
        using var subscription = reader.ObserveReads(bufferSize: 1).Do(_ => { }, _ => terminated.Add(NotificationKind.OnError))
            .Subscribe(_ => throw new TestException());
        Run("a failure");
        Failures.All.Single().Exception.ShouldBeOfType<TestException>();
        writer.Dispose();
        InLoop("the rest", async () => (await RestOf(reader)).ShouldBe("b"));
        terminated.ShouldBeEmpty();
    }

    [Fact]
    public void Notifications_run_in_the_context_of_Subscribe_and_leave_nothing_in_it()
    {
        var (reader, writer) = NewStreams();
        var local = new AsyncLocal<string>();
        var seen = new List<string?>();
        InLoop(() =>
        {
            local.Value = "subscribed";
            Own(reader.ObserveReads(bufferSize: 1).Subscribe(_ =>
            {
                seen.Add(local.Value);
                local.Value = "changed";
            }));
            local.Value = "later";
        });
        Write(writer, "abc");
        RunTurns(5);
        seen.ShouldBe(["subscribed", "subscribed", "subscribed"]);
    }

    [Fact]
    public void A_closed_loop_notifies_nothing_and_a_subscription_to_it_fails()
    {
        var (reader, writer) = NewStreams();
        var seen = new List<NotificationKind>();
        var reads = reader.ObserveReads();
        using var subscription = reads.Materialize().Subscribe(notification => seen.Add(notification.Kind));
        RunTurns(2);
        Loop.Close();
        Write(writer, "hello");
        Exception? failure = null;
        using var late = reads.Subscribe(_ => { }, error => failure = error);
        failure.ShouldBeOfType<ObjectDisposedException>();
        using var settled = new ManualResetEventSlim();
        ThreadPool.QueueUserWorkItem(_ => settled.Set()); // behind what the closed loop has left to the pool
        Bounded.Await(settled, "the pool");
        seen.ShouldBeEmpty();
    }

    [Fact]
    public void A_read_allocates_what_its_notification_owns_and_no_more()
    {
        SkipUnless(Fixture.IsNative, "a turn of other loops may allocate");
        var (reader, writer) = NewStreams();
        var meter = new AllocationMeter(allowed: AllocationMeter.Batch * 32);
        byte[] message = "12345678"u8.ToArray();
        using var subscription = reader.ObserveReads().Subscribe(_ =>
        {
            if (meter.IsDone())
                Loop.Stop();
            RawFiles.Write((int)writer.Descriptor.Number, message);
        });
        Write(writer, "12345678");
        Run("many reads");
        meter.Best.ShouldBe(AllocationMeter.Batch * 32);
    }

    [Fact]
    public void Lines_are_decoded_and_a_last_one_without_an_end_counts()
    {
        var (reader, writer) = NewStreams();
        var lines = new List<string>();
        using var subscription = reader.ObserveLines(Encoding.Unicode).Subscribe(lines.Add, Loop.Stop);
        RawFiles.Write((int)writer.Descriptor.Number, Encoding.Unicode.GetBytes("één\r\n\ntwo\nrest"));
        writer.Dispose();
        Run("the end of a text");
        lines.ShouldBe(["één", "", "two", "rest"]);
    }

    [Fact]
    public void A_line_without_end_is_an_error()
    {
        var (reader, writer) = NewStreams();
        byte[] text = Enumerable.Repeat((byte)'x', 1 << 21).ToArray();
        Loop.AddCallback(async () =>
        {
            try
            {
                await writer.WriteAsync(text);
            }
            catch (ObjectDisposedException)
            {
                // The test has ended.
            }
        });
        FailureOf(reader.ObserveLines()).ShouldBeOfType<InvalidDataException>();
    }

    [Fact]
    public void Many_lines_do_not_starve_other_callbacks()
    {
        const int Count = 4_000;
        var (reader, writer) = NewStreams();
        RawFiles.Write((int)writer.Descriptor.Number, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("x\n", Count))));
        writer.Dispose();
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
        using var subscription = reader.ObserveLines().Subscribe(_ => seen++, () => AfterTurns(2, Loop.Stop));
        Run("many lines");
        seen.ShouldBe(Count);
        most.ShouldBeLessThanOrEqualTo(256); // 128 of a callback, and 128 of a wait that ends in the same turn
    }

    private Exception FailureOf<T>(IObservable<T> source)
    {
        Exception? failure = null;
        using var subscription = source.Subscribe(
            _ => { },
            error =>
            {
                Loop.IsOnLoopThread.ShouldBeTrue();
                failure = error;
                Loop.Stop();
            },
            Loop.Stop);
        Run("a failure");
        return failure.ShouldNotBeNull();
    }
}
