using System.Net.Sockets;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: File objects
    [Fact]
    public void A_handle_stays_open_while_it_is_registered()
    {
        var handle = new DescriptorHandle(NewPipe().ReadEnd);
        Loop.AddHandler(handle, (_, _) => { }, IOEvents.Read);
        handle.Dispose();
        Descriptors.IsOpen(handle.Number).ShouldBeTrue();
        Loop.RemoveHandler(handle.Number);
        Descriptors.IsOpen(handle.Number).ShouldBeFalse();
    }

    [Fact]
    public void A_handle_is_released_by_its_removal()
    {
        var handle = new DescriptorHandle(NewPipe().ReadEnd);
        Loop.AddHandler(handle, (_, _) => { }, IOEvents.Read);
        Loop.RemoveHandler(handle);
        Descriptors.IsOpen(handle.Number).ShouldBeTrue();
        handle.Dispose();
        Descriptors.IsOpen(handle.Number).ShouldBeFalse();
    }

    [Fact]
    public void A_handle_that_was_disposed_is_released_when_its_event_comes()
    {
        var pipe = NewPipe();
        var handle = new DescriptorHandle(pipe.ReadEnd);
        int calls = 0;
        Loop.AddHandler(handle, (_, _) => calls++, IOEvents.Read);
        handle.Dispose();
        pipe.Send();
        RunTurns(5);
        calls.ShouldBe(0);
        Descriptors.IsOpen(handle.Number).ShouldBeFalse();
        Loop.RemoveHandler(handle.Number);
    }

    [Fact]
    public void A_handle_is_released_when_its_handler_disposes_it()
    {
        var pipe = NewPipe();
        var handle = new DescriptorHandle(pipe.ReadEnd);
        int calls = 0;
        pipe.Send();
        Loop.AddHandler(handle, (_, _) =>
        {
            calls++;
            handle.Dispose();
        }, IOEvents.Read);
        RunTurns(5);
        calls.ShouldBe(1);
        Descriptors.IsOpen(handle.Number).ShouldBeFalse();
    }

    [Fact]
    public void A_handle_is_released_when_its_loop_is_closed()
    {
        var handle = new DescriptorHandle(NewPipe().ReadEnd);
        Loop.AddHandler(handle, (_, _) => { }, IOEvents.Read);
        handle.Dispose();
        Loop.Close();
        Descriptors.IsOpen(handle.Number).ShouldBeFalse();
    }

    [Fact]
    public void A_refused_handle_is_not_held()
    {
        var handle = new DescriptorHandle(NewPipe().ReadEnd);
        Loop.AddHandler(handle.Number, (_, _) => { }, IOEvents.Read);
        Should.Throw<InvalidOperationException>(() => Loop.AddHandler(handle, (_, _) => { }, IOEvents.Read));
        handle.Dispose();
        Descriptors.IsOpen(handle.Number).ShouldBeFalse();
    }

    [Fact]
    public void A_disposed_handle_is_refused()
    {
        var handle = new DescriptorHandle(NewPipe().ReadEnd);
        FileDescriptor fd = handle;
        handle.Dispose();
        Should.Throw<ObjectDisposedException>(() => Loop.AddHandler(fd, (_, _) => { }, IOEvents.Read));
        RunTurns(1);
    }

    [Fact]
    public void A_handler_is_told_the_object_that_it_was_registered_with()
    {
        var pipe = NewPipe();
        var sockets = NewSocketPair();
        var file = new CountingFile(pipe.ReadEnd);
        using var handle = new DescriptorHandle(pipe.WriteEnd);
        using var socket = NewSocket(sockets.Left);
        var objects = new List<object?>();
        pipe.Send();
        Loop.AddHandler(FileDescriptor.From(file), (fd, _) => objects.Add(fd.Object), IOEvents.Read);
        Loop.AddHandler(handle, (fd, _) => objects.Add(fd.Object), IOEvents.Write);
        Loop.AddHandler(socket, (fd, _) => objects.Add(fd.Object), IOEvents.Write);
        RunTurns(1);
        objects.ShouldBe([file, handle, socket], ignoreOrder: true);
        file.Closed.ShouldBe(0);
    }

    [Fact]
    public void A_registered_socket_can_be_disposed_and_is_not_reported()
    {
        var sockets = NewSocketPair();
        var socket = NewSocket(sockets.Left);
        FileDescriptor fd = socket;
        int calls = 0;
        Loop.AddHandler(socket, (_, _) => calls++, IOEvents.Read);
        OtherThread.Run(socket.Dispose);
        Descriptors.IsOpen(fd.Number).ShouldBeFalse();
        RunTurns(5);
        calls.ShouldBe(0);
        Loop.RemoveHandler(fd);
    }

    // Row: File objects (not for sockets)
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_socket_registered_by_its_handle_can_be_disposed_by_another_thread(bool waits)
    {
        var sockets = NewSocketPair();
        var socket = NewSocket(sockets.Left);
        FileDescriptor handle = socket.SafeHandle;
        int calls = 0;
        var wait = Task.CompletedTask;
        if (waits)
            wait = Loop.WaitAsync(handle, IOEvents.Read).AsTask();
        else
            Loop.AddHandler(handle, (_, _) => calls++, IOEvents.Read);
        Descriptors.Write(sockets.Right);
        OtherThread.Run(socket.Dispose);
        Descriptors.IsOpen(handle.Number).ShouldBeFalse();
        RunTurns(3);
        calls.ShouldBe(0);
        Loop.RemoveHandler(handle);
        if (waits)
            Should.Throw<IOException>(() => Within(wait).GetAwaiter().GetResult()).Message.ShouldContain("was closed");
    }

    [Fact]
    public void A_socket_may_be_disposed_by_its_handler()
    {
        var sockets = NewSocketPair();
        var socket = NewSocket(sockets.Left);
        int calls = 0;
        Descriptors.Write(sockets.Right);
        Loop.AddHandler(socket, (fd, _) =>
        {
            calls++;
            OtherThread.Run(socket.Dispose);
            Loop.RemoveHandler(fd);
        }, IOEvents.Read);
        RunTurns(5);
        calls.ShouldBe(1);
    }

    [Fact]
    public void The_number_of_a_disposed_socket_may_serve_another_file()
    {
        var sockets = NewSocketPair();
        var pipe = NewPipe();
        var socket = NewSocket(sockets.Left);
        var calls = new List<string>();
        Descriptors.Write(sockets.Right);
        Loop.AddHandler(socket, (_, _) => calls.Add("socket"), IOEvents.Read);
        OtherThread.Run(socket.Dispose);
        Descriptors.Replace(sockets.Left, pipe.ReadEnd);
        pipe.Send();
        Loop.AddHandler(sockets.Left, (_, _) => calls.Add("pipe"), IOEvents.Read);
        RunTurns(2);
        calls.ShouldBe(["pipe", "pipe"]);
    }

    [Fact]
    public void A_disposed_socket_is_refused()
    {
        var socket = NewSocket(NewSocketPair().Left);
        FileDescriptor fd = socket;
        socket.Dispose();
        Should.Throw<ObjectDisposedException>(() => Loop.AddHandler(fd, (_, _) => { }, IOEvents.Read));
    }

    // Row: Regular files, /dev/null
    [Fact]
    public void The_null_device_is_always_ready()
    {
        var calls = new List<IOEvents>();
        Loop.AddHandler(OpenFile(), (_, events) => calls.Add(events), IOEvents.Read | IOEvents.Write);
        RunTurns(3);
        calls.ShouldBe([IOEvents.Read | IOEvents.Write, IOEvents.Read | IOEvents.Write, IOEvents.Read | IOEvents.Write]);
    }

    [Fact]
    public void A_regular_file_is_always_ready_and_follows_updates()
    {
        int fd = OpenTemporaryFile();
        var calls = new List<(int, IOEvents)>();
        Loop.AddHandler(fd, (_, events) => calls.Add((Turn, events)), IOEvents.Read);
        At(2, () => Loop.UpdateHandler(fd, IOEvents.Write));
        At(3, () => Loop.UpdateHandler(fd, IOEvents.None));
        At(5, () => Loop.UpdateHandler(fd, IOEvents.Read | IOEvents.Write));
        At(6, () => Loop.RemoveHandler(fd));
        RunTurns(8);
        calls.ShouldBe([(1, IOEvents.Read), (2, IOEvents.Write), (5, IOEvents.Read | IOEvents.Write)]);
    }

    [Fact]
    public void A_regular_file_can_be_registered_once_like_any_other()
    {
        int fd = OpenTemporaryFile();
        int calls = 0;
        Loop.AddHandler(fd, (_, _) => calls++, IOEvents.Read);
        Should.Throw<InvalidOperationException>(() => Loop.AddHandler(fd, (_, _) => { }, IOEvents.Read));
        RunTurns(2);
        calls.ShouldBe(2);
    }

    [Fact]
    public void A_regular_file_does_not_starve_others()
    {
        var pipe = NewPipe();
        var calls = new Dictionary<string, int> { ["file"] = 0, ["pipe"] = 0, ["timeout"] = 0 };
        void Count(string what)
        {
            calls[what]++;
            if (calls.Values.All(count => count >= 3))
                Loop.Stop();
        }
        void Again()
        {
            Count("timeout");
            Loop.CallLater(Moment, Again);
        }
        UseLoop(NewLoop(new IOLoopOptions { MaxEventsPerTurn = 1 }));
        pipe.Send();
        Loop.AddHandler(OpenTemporaryFile(), (_, _) => Count("file"), IOEvents.Read);
        Loop.AddHandler(OpenFile(), (_, _) => Count("file"), IOEvents.Read);
        Loop.AddHandler(pipe.ReadEnd, (_, _) => Count("pipe"), IOEvents.Read);
        Again();
        Run("a file, a pipe and a timeout to be served side by side");
        calls.Values.ShouldAllBe(count => count >= 3);
    }

    [Fact]
    public void A_regular_file_removed_by_an_earlier_handler_of_its_batch_is_not_called()
    {
        int calls = 0;
        int[] files = [OpenFile(), OpenFile()];
        foreach (int file in files)
        {
            Loop.AddHandler(file, (fd, _) =>
            {
                calls++;
                Loop.RemoveHandler(files.Single(other => other != fd.Number));
            }, IOEvents.Read);
        }
        RunTurns(1);
        calls.ShouldBe(1);
    }

    private Socket NewSocket(int fd) => Own(new Socket(new SafeSocketHandle(fd, ownsHandle: true)));

    private int OpenTemporaryFile()
    {
        string path = Path.GetTempFileName();
        try
        {
            return OpenFile(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
