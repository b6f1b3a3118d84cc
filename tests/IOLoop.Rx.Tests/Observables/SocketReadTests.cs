using System.Net;
using System.Net.Sockets;
using System.Reactive.Linq;
using IOLoops.Conformance;
using IOLoops.Rx.Tests.Loops;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

/// <summary>Reads of sockets, which every system can wait for.</summary>
public sealed class SocketReadTests() : LoopHarness(new LayeredFixture())
{
    [Fact]
    public void A_stream_is_read_to_its_end()
    {
        using var listener = Bound(SocketType.Stream, ProtocolType.Tcp);
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using var server = listener.Accept();
        server.Send("hello"u8);
        server.Shutdown(SocketShutdown.Send);
        var bytes = new List<byte>();
        using var reading = Loop.ObserveReads(client).Subscribe(
            read => bytes.AddRange(read.ToArray()), Loop.Stop);
        Run("the end of a stream");
        bytes.ToArray().ShouldBe("hello"u8.ToArray());
    }

    [Fact]
    public void An_empty_datagram_is_no_end_and_a_long_one_is_cut_off()
    {
        using var receiver = Bound(SocketType.Dgram, ProtocolType.Udp);
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var sizes = new List<int>();
        using var reading = Loop.ObserveReads(receiver, bufferSize: 8).Take(3).Subscribe(
            read => sizes.Add(read.Length), Loop.Stop);
        sender.SendTo([], receiver.LocalEndPoint!);
        sender.SendTo(new byte[100], receiver.LocalEndPoint!);
        sender.SendTo(new byte[3], receiver.LocalEndPoint!);
        Run("three datagrams");
        sizes.ShouldBe([0, 8, 3]);
    }

    private static Socket Bound(SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
