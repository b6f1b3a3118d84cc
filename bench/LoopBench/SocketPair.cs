using System.Net;
using System.Net.Sockets;

namespace LoopBench;

/// <summary>Two connected sockets as objects of .NET: Unix sockets, and on Windows TCP sockets of the loopback interface.</summary>
internal static class SocketPair
{
    // A socket whose object is collected is closed, and workloads keep numbers alone.
    private static readonly List<Socket> Kept = [];
    private static Socket? s_listener;

    internal static (Socket One, Socket Other) Open()
    {
        if (!OperatingSystem.IsWindows())
        {
            var (one, other) = Libc.OpenChannel("socketpair");
            return (Wrap(one), Wrap(other));
        }
        s_listener ??= Listen();
        var connecting = NewSocket();
        connecting.Connect(s_listener.LocalEndPoint!);
        var accepted = s_listener.Accept();
        if (!connecting.LocalEndPoint!.Equals(accepted.RemoteEndPoint))
            throw new IOException("Another program connected to a port of the benchmark. Run it again.");
        foreach (var socket in (Socket[])[connecting, accepted])
        {
            socket.NoDelay = true;
            socket.Blocking = false;
            Kept.Add(socket);
        }
        return (connecting, accepted);
    }

    private static Socket Listen()
    {
        var listener = NewSocket();
        listener.ExclusiveAddressUse = true;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static Socket Wrap(int fd) => new(new SafeSocketHandle(fd, ownsHandle: true));
}
