using System.Reactive.Linq;
using System.Text;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class ObservableTests
{
    [Fact]
    public void What_is_written_to_a_pipe_is_read_and_the_end_completes()
    {
        var pipe = NewPipe();
        RawFiles.Write(pipe.WriteEnd, "hello"u8);
        pipe.CloseWrite();
        var pieces = ReadToEnd(pipe.ReadEnd);
        pieces.Count.ShouldBe(1);
        Encoding.UTF8.GetString(pieces[0]).ShouldBe("hello");
    }

    [Fact]
    public void A_read_takes_no_more_than_the_buffer_s_size_and_the_rest_comes_in_later_turns()
    {
        var pipe = NewPipe();
        RawFiles.Write(pipe.WriteEnd, "abcdefgh"u8);
        pipe.CloseWrite();
        var pieces = ReadToEnd(pipe.ReadEnd, 3);
        pieces.Select(Encoding.UTF8.GetString).ShouldBe(["abc", "def", "gh"]);
    }

    [Fact]
    public void Each_notification_owns_its_memory()
    {
        var pipe = NewPipe();
        var pieces = new List<ReadOnlyMemory<byte>>();
        RawFiles.Write(pipe.WriteEnd, "first"u8);
        using var subscription = Loop.ObserveReads(pipe.ReadEnd).Subscribe(bytes =>
        {
            pieces.Add(bytes);
            if (pieces.Count == 1)
                RawFiles.Write(pipe.WriteEnd, "other"u8);
            else
                Loop.Stop();
        });
        Run("two reads");
        pieces.Select(piece => Encoding.UTF8.GetString(piece.Span)).ShouldBe(["first", "other"]);
    }

    [Fact]
    public void Before_the_end_is_notified_the_handler_is_gone()
    {
        var pipe = NewPipe();
        pipe.CloseWrite();
        bool? wasFree = null;
        using var subscription = Loop.ObserveReads(pipe.ReadEnd).Subscribe(_ => { }, () =>
        {
            wasFree = IsFree(pipe.ReadEnd);
            pipe.CloseRead();
            Loop.Stop();
        });
        Run("the end of a file");
        wasFree.ShouldBe(true);
    }

    [Fact]
    public void An_end_is_notified_once_and_nothing_after_it()
    {
        var pipe = NewPipe();
        pipe.CloseWrite();
        var notifications = new List<string>();
        using var subscription = Loop.ObserveReads(pipe.ReadEnd).Materialize().Subscribe(notification => notifications.Add($"{notification.Kind}"));
        RunTurns(4);
        notifications.ShouldBe(["OnCompleted"]);
    }

    [Fact]
    public void A_megabyte_arrives_whole_and_in_order()
    {
        const int Size = 1 << 20;
        var pipe = NewPipe();
        byte[] sent = new byte[Size];
        new Random(1).NextBytes(sent);
        var other = OtherThread.Start(() =>
        {
            RawFiles.WriteAll(pipe.WriteEnd, sent);
            pipe.CloseWrite();
        });
        byte[] received = [.. ReadToEnd(pipe.ReadEnd).SelectMany(piece => piece)];
        other.Join();
        received.AsSpan().SequenceEqual(sent).ShouldBeTrue();
    }

    [Fact]
    public void A_read_allocates_what_its_notification_owns_and_no_more()
    {
        var pipe = NewPipe();
        var meter = new AllocationMeter();
        RawFiles.Write(pipe.WriteEnd, "12345678"u8);
        using var subscription = Loop.ObserveReads(pipe.ReadEnd).Subscribe(_ =>
        {
            if (meter.IsDone())
                Loop.Stop();
            RawFiles.Write(pipe.WriteEnd, "12345678"u8);
        });
        Run("many reads");
        meter.Best.ShouldBe(10_000 * 32);
    }

    [Fact]
    public void A_closed_descriptor_is_an_error_that_names_it()
    {
        int fd = Descriptors.Unused();
        ReadToFailure(fd).ShouldBeOfType<IOException>().Message.ShouldContain($"{fd}");
    }

    [Fact]
    public void A_failed_read_is_an_error_that_names_descriptor_and_errno()
    {
        using var directory = new DescriptorHandle(RawFiles.OpenToRead("/"));
        int fd = (int)directory.DangerousGetHandle();
        var failure = ReadToFailure(directory).ShouldBeOfType<IOException>();
        failure.Message.ShouldContain($"{fd}");
        failure.Message.ShouldContain("errno 21"); // EISDIR
    }

    [Fact]
    public void What_is_the_end_of_a_terminal_is_a_failure_of_any_other_file()
    {
        using var memory = new DescriptorHandle(RawFiles.OpenToRead("/proc/self/mem")); // nothing is mapped at its beginning
        var failure = ReadToFailure(memory).ShouldBeOfType<IOException>();
        failure.Message.ShouldContain("errno 5"); // EIO
        failure.HResult.ShouldBe(5);
    }

    [Fact]
    public void Retry_subscribes_again_after_a_failure()
    {
        var counter = NewEventFd(signalled: true);
        var sizes = new Queue<int>([1, 8]); // an eventfd refuses to be read into one byte
        long? read = null;
        using var subscription = Observable.Defer(() => Loop.ObserveReads(counter.Number, sizes.Dequeue())).Retry(2).Take(1)
            .Subscribe(bytes => read = BitConverter.ToInt64(bytes.Span), Loop.Stop);
        Run("a second try");
        read.ShouldBe(1);
    }
}
