using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests;

/// <summary>What a loop promises of sockets on every system; written for Windows, whose WSAPoll has its own ideas.</summary>
public abstract class SocketTests(LoopFixture fixture) : LoopHarness(fixture)
{
    [Fact]
    public void A_refused_connect_wakes_its_writer()
    {
        using var socket = NewSocket();
        socket.Blocking = false;
        Should.Throw<SocketException>(() => socket.Connect(RefusedEndPoint())).SocketErrorCode
            .ShouldBeOneOf(SocketError.WouldBlock, SocketError.InProgress, SocketError.ConnectionRefused);
        var events = FirstEvents(socket, IOEvents.Write, "the end of a refused connect");
        (events & IOEvents.Write).ShouldNotBe(IOEvents.None);
        (events & IOEvents.Error).ShouldNotBe(IOEvents.None);
    }

    [Fact]
    public void An_accepted_connect_wakes_its_writer()
    {
        using var listener = Listen();
        using var socket = NewSocket();
        socket.Blocking = false;
        Should.Throw<SocketException>(() => socket.Connect(listener.LocalEndPoint!));
        FirstEvents(socket, IOEvents.Write, "the end of a connect").ShouldBe(IOEvents.Write);
        FirstEvents(listener, IOEvents.Read, "a connection to accept").ShouldBe(IOEvents.Read);
    }

    [Fact]
    public void A_peers_orderly_end_can_be_read_and_is_no_error()
    {
        var (left, right) = Connect();
        right.Shutdown(SocketShutdown.Send);
        var events = FirstEvents(left, IOEvents.Read | IOEvents.ReadHangUp, "the peer's end");
        events.ShouldBe(IOEvents.Read | IOEvents.ReadHangUp);
        left.Receive(new byte[1]).ShouldBe(0);
    }

    [Fact]
    public void A_reset_wakes_its_reader()
    {
        var (left, right) = Connect();
        right.LingerState = new LingerOption(true, 0);
        right.Dispose();
        var events = FirstEvents(left, IOEvents.Read, "a reset");
        (events & IOEvents.Read).ShouldNotBe(IOEvents.None);
        left.Receive(new byte[1], 0, 1, SocketFlags.None, out var error).ShouldBe(0);
        if (!OperatingSystem.IsWindows()) // Wine makes an orderly end of it
            error.ShouldBe(SocketError.ConnectionReset);
    }

    [Fact]
    public void Out_of_band_data_is_priority()
    {
        var (left, right) = Connect();
        right.Send([7], SocketFlags.OutOfBand);
        (FirstEvents(left, IOEvents.Priority, "out-of-band data") & IOEvents.Priority).ShouldBe(IOEvents.Priority);
    }

    [Fact]
    public void A_datagram_wakes_its_reader()
    {
        using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.SendTo([1], receiver.LocalEndPoint!);
        FirstEvents(receiver, IOEvents.Read, "a datagram").ShouldBe(IOEvents.Read);
    }

    [Fact]
    public void A_SafeSocketHandle_is_as_good_as_its_socket()
    {
        var (left, right) = Connect();
        right.Send([1]);
        FirstEvents(left.SafeHandle, IOEvents.Read, "data").ShouldBe(IOEvents.Read);
    }

    [Fact]
    public void The_number_of_a_disposed_socket_may_serve_the_next_one()
    {
        var (old, _) = Connect();
        Loop.AddHandler(old, (_, _) => { }, IOEvents.Read);
        nint number = old.Handle;
        old.Dispose();
        for (int i = 0; i < 32; i++) // until the system gives the number out again
        {
            var (left, right) = Connect();
            var fresh = left.Handle == number ? left : right;
            if (fresh.Handle != number)
                continue;
            (ReferenceEquals(fresh, left) ? right : left).Send([1]);
            FirstEvents(fresh, IOEvents.Read, "data for the new owner").ShouldBe(IOEvents.Read);
            return;
        }
        Skip("the number was not given out again");
    }

    [Fact]
    public void What_Windows_cannot_wait_for_is_refused_in_so_many_words()
    {
        SkipUnless(OperatingSystem.IsWindows(), "other systems can");
        using var pipe = new AnonymousPipeServerStream();
        var handle = pipe.SafePipeHandle;
        Should.Throw<NotSupportedException>(() => Loop.AddHandler(handle, (_, _) => { }, IOEvents.Read))
            .Message.ShouldContain("it is not a socket");
        string path = Path.GetTempFileName();
        using (var file = File.OpenHandle(path))
            Should.Throw<NotSupportedException>(() => Loop.AddHandler(file, (_, _) => { }, IOEvents.Read));
        File.Delete(path);
        handle.IsClosed.ShouldBeFalse();
    }

    [Fact]
    public void A_refusal_carries_the_error_of_Windows()
    {
        SkipUnless(OperatingSystem.IsWindows(), "other systems have errno");
        var refused = Should.Throw<IOException>(() => Loop.AddHandler(Descriptors.Unused(), (_, _) => { }, IOEvents.Read));
        refused.InnerException.ShouldBeOfType<SocketException>().SocketErrorCode.ShouldBe(SocketError.NotSocket);
    }

    private IOEvents FirstEvents(FileDescriptor fd, IOEvents events, string awaited)
    {
        var seen = IOEvents.None;
        Loop.AddHandler(fd, (ready, found) =>
        {
            seen = found;
            Loop.RemoveHandler(ready);
            Loop.Stop();
        }, events);
        Run(awaited);
        return seen;
    }

    private (Socket Left, Socket Right) Connect()
    {
        using var listener = Listen();
        var left = Own(NewSocket());
        left.Connect(listener.LocalEndPoint!);
        return (left, Own(listener.Accept()));
    }

    private static Socket Listen()
    {
        var listener = NewSocket();
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    /// <summary>An address of the loopback where no socket listens.</summary>
    private static EndPoint RefusedEndPoint()
    {
        using var bound = NewSocket();
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return bound.LocalEndPoint!;
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
