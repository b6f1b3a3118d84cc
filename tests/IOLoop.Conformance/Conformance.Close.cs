using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: Close
    [Fact]
    public void A_loop_that_runs_refuses_to_be_closed_and_goes_on()
    {
        int after = 0;
        InLoop("a refused Close", async () =>
        {
            Should.Throw<InvalidOperationException>(() => Loop.Close());
            Should.Throw<InvalidOperationException>(() => Loop.Close(allFds: true));
            OtherThread.Run(() => Should.Throw<InvalidOperationException>(() => Loop.Close()));
            Loop.IsClosed.ShouldBeFalse();
            await Turns(1);
            after++;
        });
        after.ShouldBe(1);
    }

    [Fact]
    public void Closing_twice_is_closing_once()
    {
        var file = new CountingFile(NewPipe().ReadEnd);
        Loop.AddHandler(FileDescriptor.From(file), (_, _) => { }, IOEvents.Read);
        Loop.Close(allFds: true);
        Loop.Close(allFds: true);
        Loop.Close();
        Loop.Dispose();
        Loop.IsClosed.ShouldBeTrue();
        Loop.IsRunning.ShouldBeFalse();
        file.Closed.ShouldBe(1);
    }

    [Fact]
    public void Disposing_closes_the_loop_and_no_descriptor()
    {
        var pipe = NewPipe();
        using var handle = new DescriptorHandle(pipe.WriteEnd);
        var file = new CountingFile(NewPipe().ReadEnd);
        Loop.AddHandler(pipe.ReadEnd, (_, _) => { }, IOEvents.Read);
        Loop.AddHandler(handle, (_, _) => { }, IOEvents.Write);
        Loop.AddHandler(FileDescriptor.From(file), (_, _) => { }, IOEvents.Read);
        Loop.Dispose();
        Loop.IsClosed.ShouldBeTrue();
        Descriptors.IsOpen(pipe.ReadEnd).ShouldBeTrue();
        Descriptors.IsOpen(pipe.WriteEnd).ShouldBeTrue();
        handle.IsClosed.ShouldBeFalse();
        file.Closed.ShouldBe(0);
    }

    [Fact]
    public void Closing_all_closes_every_registered_object_once()
    {
        var pipe = NewPipe();
        var handle = Own(new DescriptorHandle(NewPipe().ReadEnd));
        var file = new CountingFile(NewPipe().ReadEnd);
        var regular = new CountingFile(OpenTemporaryFile());
        var socket = NewSocket(NewSocketPair().Left);
        FileDescriptor socketFd = socket;
        var removed = new CountingFile(NewPipe().ReadEnd);
        Loop.AddHandler(pipe.ReadEnd, (_, _) => { }, IOEvents.Read);
        Loop.AddHandler(handle, (_, _) => { }, IOEvents.Read);
        Loop.AddHandler(FileDescriptor.From(file), (_, _) => { }, IOEvents.None);
        Loop.AddHandler(FileDescriptor.From(regular), async (_, _) => await Turns(1), IOEvents.Read);
        Loop.AddHandler(socket, (_, _) => { }, IOEvents.Read);
        Loop.AddHandler(FileDescriptor.From(removed), (_, _) => { }, IOEvents.Read);
        Loop.RemoveHandler(FileDescriptor.From(removed));
        Loop.Close(allFds: true);
        Descriptors.IsOpen(pipe.ReadEnd).ShouldBeFalse();
        Descriptors.IsOpen(pipe.WriteEnd).ShouldBeTrue();
        handle.IsClosed.ShouldBeTrue();
        Descriptors.IsOpen(handle.Number).ShouldBeFalse();
        file.Closed.ShouldBe(1);
        regular.Closed.ShouldBe(1);
        removed.Closed.ShouldBe(0);
        Descriptors.IsOpen(socketFd.Number).ShouldBeFalse();
    }

    [Fact]
    public void A_descriptor_that_cannot_be_closed_with_its_loop_does_not_keep_others_open()
    {
        CountingFile[] files = [new(NewPipe().ReadEnd), new(NewPipe().ReadEnd), new(NewPipe().ReadEnd)];
        foreach (var file in files)
        {
            file.OnClose = static () => throw new TestException();
            Loop.AddHandler(FileDescriptor.From(file), (_, _) => { }, IOEvents.Read);
        }
        Loop.Close(allFds: true);
        Loop.IsClosed.ShouldBeTrue();
        files.ShouldAllBe(file => file.Closed == 1);
        Log.Entries.Count(entry => entry.Exception is TestException).ShouldBe(files.Length);
    }

    [Fact]
    public void An_object_closed_with_its_loop_may_remove_handlers_meanwhile()
    {
        CountingFile[] files = [new(NewPipe().ReadEnd), new(NewPipe().ReadEnd), new(NewPipe().ReadEnd)];
        foreach (var file in files)
        {
            file.OnClose = () =>
            {
                foreach (var any in files)
                    Loop.RemoveHandler(FileDescriptor.From(any));
            };
            Loop.AddHandler(FileDescriptor.From(file), (_, _) => { }, IOEvents.Read);
        }
        Loop.Close(allFds: true);
        Loop.IsClosed.ShouldBeTrue();
        files.ShouldAllBe(file => file.Closed <= 1);
        files.ShouldContain(file => file.Closed == 1);
    }

    [Fact]
    public void Closing_a_descriptor_that_is_closed_already_does_not_throw()
    {
        var pipe = NewPipe();
        var handle = new DescriptorHandle(pipe.WriteEnd);
        var socket = NewSocket(NewSocketPair().Left);
        FileDescriptor handleFd = handle, socketFd = socket;
        for (int i = 0; i < 2; i++)
        {
            Loop.CloseFd(pipe.ReadEnd);
            Loop.CloseFd(handleFd);
            Loop.CloseFd(socketFd);
            Descriptors.IsOpen(pipe.ReadEnd).ShouldBeFalse();
            Descriptors.IsOpen(pipe.WriteEnd).ShouldBeFalse();
            Descriptors.IsOpen(socketFd.Number).ShouldBeFalse();
        }
    }

    [Fact]
    public void A_descriptor_is_split_into_its_number_and_its_object()
    {
        var pipe = NewPipe();
        var file = new CountingFile(pipe.ReadEnd);
        Loop.SplitFd(pipe.ReadEnd).ShouldBe((pipe.ReadEnd, null));
        Loop.SplitFd(FileDescriptor.From(file)).ShouldBe((pipe.ReadEnd, file));
    }

    [Fact]
    public void A_closed_loop_refuses_everything_by_type()
    {
        var pipe = NewPipe();
        Loop.Close();
        Disposed(Loop.Start);
        Disposed(() => Loop.AddHandler(pipe.ReadEnd, (_, _) => { }, IOEvents.Read));
        Disposed(() => Loop.AddHandler(pipe.ReadEnd, async (_, _) => await Turns(1), IOEvents.Read));
        Disposed(() => Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read).AsTask());
        Disposed(() => Loop.CallAt(Loop.Time, () => { }));
        Disposed(() => Loop.CallLater(Moment, _ => { }, 1));
        Disposed(() => Loop.CallLater(Moment, () => Task.CompletedTask));
        Disposed(() => Loop.AddTimeout(DateTimeOffset.UtcNow, () => { }));
        Disposed(() => Loop.AddCallback(() => { }));
        Disposed(() => Loop.AddCallback(_ => { }, 1));
        Disposed(() => Loop.AddCallback(() => Task.CompletedTask));
        Disposed(() => Loop.SpawnCallback(() => { }));
        Disposed(() => Loop.AddCallbackFromSignal(() => { }));
        Disposed(() => Loop.AddFuture(Task.CompletedTask, (Task _) => { }));
        Disposed(() => _ = Loop.InvokeAsync(() => { }));
        Disposed(() => _ = Loop.InvokeAsync(() => 1));
        Disposed(() => Loop.RunSync(() => { }));
        Disposed(() => Loop.RunSync(() => Task.CompletedTask));
        Loop.TryAddCallback(() => { }).ShouldBeFalse();
        Loop.TryAddCallback(() => Task.CompletedTask).ShouldBeFalse();
    }

    [Fact]
    public void A_future_that_ends_after_its_loop_was_closed_is_logged_as_lost()
    {
        var future = new TaskCompletionSource();
        Loop.AddFuture(future.Task, (Task _) => Assert.Fail("the loop is closed"));
        Loop.Close();
        Log.Entries.ShouldBeEmpty();
        future.SetResult();
        Bounded.Until(() => Log.Entries.Count > 0, "the lost callback is logged");
        Log.Entries.ShouldHaveSingleItem().Message.ShouldContain("never ran");
    }

    [Fact]
    public void Stopping_a_closed_loop_does_nothing()
    {
        Loop.Close();
        Loop.Stop();
        OtherThread.Run(Loop.Stop);
        Loop.IsClosed.ShouldBeTrue();
    }

    // Row: AddCallback against Close
    [Fact]
    public void Callbacks_dropped_by_closing_are_counted_in_one_log_entry()
    {
        int ran = 0;
        for (int i = 0; i < 7; i++)
            Loop.AddCallback(() => ran++);
        for (int i = 0; i < 5; i++)
            Loop.AddCallback(_ => ran++, i);
        for (int i = 0; i < 3; i++)
            Loop.SpawnCallback(() => ran++);
        for (int i = 0; i < 2; i++)
            Loop.AddCallbackFromSignal(() => ran++);
        Loop.Close();
        ran.ShouldBe(0);
        var entry = Log.Entries.ShouldHaveSingleItem();
        entry.Counts(17).ShouldBeTrue(entry.Message);
        (entry.Level >= LogLevel.Information).ShouldBeTrue();
    }

    [Fact]
    public void One_callback_dropped_by_closing_is_spoken_of_in_the_singular()
    {
        Loop.AddCallback(() => { });
        Loop.Close();
        Log.Entries.ShouldHaveSingleItem().Message.ShouldContain(" 1 callback never ran. It was ");
    }

    [Fact]
    public void Closing_a_loop_that_has_nothing_left_logs_nothing()
    {
        InLoop(() => { });
        Loop.CallLater(Hour, () => { });
        Loop.Close();
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void What_was_asked_of_a_loop_that_is_closed_fails()
    {
        var pipe = NewPipe();
        int ran = 0;
        Task action = Loop.InvokeAsync(() => { ran++; });
        Task function = Loop.InvokeAsync(() => ran++);
        Task task = Loop.InvokeAsync(() => Task.FromResult(ran++));
        Task wait = Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read).AsTask();
        Loop.Close();
        foreach (var pending in new[] { action, function, task, wait })
            Should.Throw<ObjectDisposedException>(() => Within(pending).GetAwaiter().GetResult());
        ran.ShouldBe(0);
    }

    private static void Disposed(Action call) => Should.Throw<ObjectDisposedException>(call);
}
