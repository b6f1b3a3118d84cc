using System.Net;
using System.Net.Sockets;
using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

public sealed class SocketPairWakerTests
{
    [Fact]
    public async Task Draining_ends_whatever_was_sent()
    {
        using var waker = new SocketPairWaker();
        for (int wake = 0; wake < 256; wake++) // as much as is read at a time
            waker.Wake();
        await Task.Run(waker.Drain, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Strangers_are_turned_away()
    {
        using var listener = Listen();
        using var gone = ConnectTo(listener);
        gone.LingerState = new LingerOption(true, 0);
        gone.Dispose();
        using var stranger = ConnectTo(listener);
        using var own = ConnectTo(listener);
        using var accepted = SocketPairWaker.AcceptFrom(listener, own.LocalEndPoint!, TimeSpan.FromSeconds(30));
        accepted.RemoteEndPoint.ShouldBe(own.LocalEndPoint);
        stranger.Receive(new byte[1], SocketFlags.None, out _).ShouldBe(0);
    }

    [Fact]
    public void A_connection_that_never_comes_is_not_waited_for_for_ever()
    {
        using var listener = Listen();
        Should.Throw<SocketException>(() => SocketPairWaker.AcceptFrom(listener, new IPEndPoint(IPAddress.Loopback, 1), TimeSpan.FromMilliseconds(20)))
            .SocketErrorCode.ShouldBe(SocketError.TimedOut);
    }

    private static Socket Listen()
    {
        var listener = NewSocket();
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    private static Socket ConnectTo(Socket listener)
    {
        var socket = NewSocket();
        socket.Connect(listener.LocalEndPoint!);
        return socket;
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
