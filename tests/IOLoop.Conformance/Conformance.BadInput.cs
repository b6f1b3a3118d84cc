using System.Net.Sockets;
using System.Runtime.InteropServices;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: Invalid fd
    [Fact]
    public void A_negative_number_is_refused_by_name() => IsRefusedByName(-1, -1);

    [Fact]
    public void A_number_that_no_process_can_have_is_refused_by_name() => IsRefusedByName(int.MaxValue, int.MaxValue);

    [Fact]
    public void A_number_wider_than_a_descriptor_is_refused_by_name()
    {
        SkipUnless(nint.Size == 8, "the processor has no such numbers");
        nint wide = unchecked((nint)0x1_0000_0000L);
        IsRefusedByName(FileDescriptor.From(wide), wide).Message.ShouldContain("31 bits");
    }

    [Fact]
    public void A_closed_descriptor_is_refused_by_name_and_errno()
    {
        int closed = Descriptors.Unused();
        IsRefusedByName(closed, closed).Message.ShouldContain("EBADF");
    }

    [Fact]
    public void A_refused_number_can_be_registered_once_it_is_open()
    {
        int number = Descriptors.Unused();
        int calls = 0;
        Should.Throw<IOException>(() => Loop.AddHandler(number, (_, _) => { }, IOEvents.Read));
        using var handle = new DescriptorHandle(number);
        Descriptors.Replace(number, NewEventFd(signalled: true).Number);
        Loop.AddHandler(number, (_, _) => calls++, IOEvents.Read);
        RunTurns(2);
        calls.ShouldBe(2);
    }

    [Fact]
    public void Waiting_for_a_closed_descriptor_is_refused_by_name()
    {
        int closed = Descriptors.Unused();
        InLoop(() => ThrowsAtOnce<IOException>(() => Loop.WaitAsync(closed, IOEvents.Read).AsTask()).Message.ShouldContain($"{closed}"));
    }

    // Row: Limits
    [Theory]
    [InlineData(1024)]
    [InlineData(1500)]
    [InlineData(19_000)]
    public void High_numbers_work(int number)
    {
        SkipUnless(number < Descriptors.Maximum, $"this process may have {Descriptors.Maximum} descriptors");
        var counter = NewEventFd(signalled: true);
        using var high = new DescriptorHandle(Descriptors.DuplicateAbove(counter.Number, number));
        var calls = new List<nint>();
        Loop.AddHandler(high.Number, (fd, _) => calls.Add(fd.Number), IOEvents.Read);
        RunTurns(1);
        calls.ShouldBe([high.Number]);
        Loop.RemoveHandler(high.Number);
        RunTurns(1);
        calls.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(0x040)]
    [InlineData(0x20)]
    [InlineData(unchecked((int)0x8000_0000))]
    [InlineData(1 << 30)]
    public void Unknown_event_bits_are_refused(int bits)
    {
        var pipe = NewPipe();
        var events = IOEvents.Read | (IOEvents)bits;
        Should.Throw<ArgumentException>(() => Loop.AddHandler(pipe.ReadEnd, (_, _) => { }, events));
        Should.Throw<ArgumentException>(() => Loop.AddHandler(pipe.ReadEnd, static (_, _) => Task.CompletedTask, events));
        Loop.AddHandler(pipe.ReadEnd, (_, _) => { }, IOEvents.Read);
        Should.Throw<ArgumentException>(() => Loop.UpdateHandler(pipe.ReadEnd, events));
        InLoop(() => ThrowsAtOnce<ArgumentException>(() => Loop.WaitAsync(pipe.WriteEnd, events).AsTask()));
    }

    [Fact]
    public void Half_of_the_error_bits_may_be_asked_for()
    {
        var pipe = NewPipe();
        int calls = 0;
        Loop.AddHandler(pipe.ReadEnd, (_, _) => calls++, (IOEvents)0x008);
        Loop.UpdateHandler(pipe.ReadEnd, (IOEvents)0x010 | IOEvents.Read);
        pipe.Send();
        RunTurns(1);
        calls.ShouldBe(1);
    }

    [Fact]
    public void Nulls_are_refused_by_descriptors()
    {
        var pipe = NewPipe();
        IsNull(() => Loop.AddHandler(pipe.ReadEnd, (IOHandler)null!, IOEvents.Read));
        IsNull(() => Loop.AddHandler(pipe.ReadEnd, (AsyncIOHandler)null!, IOEvents.Read));
        IsNull(() => _ = (FileDescriptor)(SafeHandle)null!);
        IsNull(() => _ = (FileDescriptor)(Socket)null!);
        IsNull(() => _ = FileDescriptor.From((IFileObject)null!));
        Loop.AddHandler(pipe.ReadEnd, (_, _) => { }, IOEvents.Read);
    }

    [Fact]
    public void Nulls_are_refused_by_callbacks()
    {
        IsNull(() => Loop.AddCallback((Action)null!));
        IsNull(() => Loop.AddCallback((Func<Task>)null!));
        IsNull(() => Loop.AddCallback(null!, 1));
        IsNull(() => Loop.TryAddCallback((Action)null!));
        IsNull(() => Loop.TryAddCallback((Func<Task>)null!));
        IsNull(() => Loop.AddCallbackFromSignal(null!));
        IsNull(() => Loop.AddCallbackFromSignal(null!, 1));
        IsNull(() => Loop.SpawnCallback((Action)null!));
        IsNull(() => Loop.SpawnCallback((Func<Task>)null!));
        IsNull(() => Loop.SpawnCallback(null!, 1));
        IsNull(() => Loop.AddFuture(null!, (Task _) => { }));
        IsNull(() => Loop.AddFuture(Task.CompletedTask, null!));
        IsNull(() => Loop.AddFuture(null!, (Task<int> _) => { }));
        IsNull(() => Loop.AddFuture(Task.FromResult(1), null!));
        IsNull(() => _ = Loop.InvokeAsync((Action)null!));
        IsNull(() => _ = Loop.InvokeAsync((Func<int>)null!));
        IsNull(() => _ = Loop.InvokeAsync((Func<Task>)null!));
        IsNull(() => _ = Loop.InvokeAsync((Func<Task<int>>)null!));
    }

    [Fact]
    public void Nulls_are_refused_by_timeouts_and_runs()
    {
        IsNull(() => Loop.CallAt(Loop.Time, (Action)null!));
        IsNull(() => Loop.CallAt(Loop.Time, (Func<Task>)null!));
        IsNull(() => Loop.CallAt(Loop.Time, null!, 1));
        IsNull(() => Loop.CallLater(Moment, (Action)null!));
        IsNull(() => Loop.CallLater(Moment, (Func<Task>)null!));
        IsNull(() => Loop.CallLater(Moment, null!, 1));
        IsNull(() => Loop.AddTimeout(DateTimeOffset.UtcNow, (Action)null!));
        IsNull(() => Loop.RunSync((Action)null!));
        IsNull(() => Loop.RunSync((Func<int>)null!));
        IsNull(() => Loop.RunSync((Func<Task>)null!));
        IsNull(() => Loop.RunSync((Func<Task<int>>)null!));
        IsNull(() => Loop.HandleCallbackException(null!, new InvalidOperationException()));
        IsNull(() => Loop.HandleCallbackException(() => { }, null!));
        IsNull(() => _ = new PeriodicCallback((Action)null!, Moment, Loop));
        IsNull(() => _ = new PeriodicCallback((Func<Task>)null!, Moment, Loop));
    }

    private IOException IsRefusedByName(FileDescriptor fd, nint number)
    {
        var refused = Should.Throw<IOException>(() => Loop.AddHandler(fd, (_, _) => { }, IOEvents.Read));
        refused.Message.ShouldContain($"{number}");
        Should.Throw<IOException>(() => Loop.AddHandler(fd, static (_, _) => Task.CompletedTask, IOEvents.Read));
        Should.Throw<InvalidOperationException>(() => Loop.UpdateHandler(fd, IOEvents.Read));
        Loop.RemoveHandler(fd);
        RunTurns(1);
        return refused;
    }

    /// <summary>Not by a task that fails: an <see cref="Action"/> has none.</summary>
    private static TException ThrowsAtOnce<TException>(Action call)
        where TException : Exception => Should.Throw<TException>(call);

    private static void IsNull(Action call) => Should.Throw<ArgumentNullException>(call);
}
