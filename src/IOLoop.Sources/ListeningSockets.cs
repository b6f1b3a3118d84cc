using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace IOLoops.Sources;

/// <summary>Opens listening sockets for several loops. Most programs use <see cref="LoopGroupListener"/>, which does the rest, too.</summary>
public static class ListeningSockets
{
    private const int LinuxSocketLevel = 1;
    private const int LinuxReusePort = 15;
    private const int BsdSocketLevel = 0xffff;
    private const int BsdReusePortBalanced = 0x00010000; // SO_REUSEPORT_LB: FreeBSD's SO_REUSEPORT, and that of macOS, does not distribute

    /// <summary>
    /// Whether the system distributes TCP connections over several sockets that listen on one address: Linux, by SO_REUSEPORT, and FreeBSD,
    /// by SO_REUSEPORT_LB. SO_REUSEPORT of macOS gives all connections to one socket.
    /// </summary>
    public static bool CanShare => OperatingSystem.IsLinux() || OperatingSystem.IsFreeBSD();

    /// <summary>Opens non-blocking stream sockets that listen on one address.</summary>
    /// <remarks>
    /// A connection that waits in the queue of a socket is lost when this socket is closed (Linux moves it to another one where
    /// net.ipv4.tcp_migrate_req is set). Programs of the same user may listen on the same address, too, when they ask for the same option.
    /// </remarks>
    /// <param name="endPoint">The address. An <see cref="IPEndPoint"/> with port 0: a free port, the same for all sockets.</param>
    /// <param name="count">How many sockets are wanted. At least 1.</param>
    /// <param name="backlog">How many connections may wait in the queue of each.</param>
    /// <returns><paramref name="count"/> sockets, or one: where <see cref="CanShare"/> is false, and for addresses other than IP.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    /// <exception cref="SocketException">The address is in use, or cannot be listened on.</exception>
    public static IReadOnlyList<Socket> Open(EndPoint endPoint, int count, int backlog = 512)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        bool shares = count > 1 && endPoint is IPEndPoint && CanShare;
        var sockets = new List<Socket>(count);
        try
        {
            for (int i = 0; i < (shares ? count : 1); i++)
            {
                var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
                sockets.Add(socket);
                Listen(socket, endPoint, shares, backlog);
                if (endPoint is IPEndPoint)
                    endPoint = socket.LocalEndPoint!; // the others share the port that the system has chosen for the first
            }
        }
        catch
        {
            sockets.ForEach(static socket => socket.Dispose());
            throw;
        }
        return sockets;
    }

    private static void Listen(Socket socket, EndPoint endPoint, bool shares, int backlog)
    {
        socket.Blocking = false;
        if (shares)
            Share(socket);
        socket.Bind(endPoint);
        socket.Listen(backlog);
    }

    private static void Share(Socket socket)
    {
        int on = 1;
        var value = MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in on));
        if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption(LinuxSocketLevel, LinuxReusePort, value);
        else
            socket.SetRawSocketOption(BsdSocketLevel, BsdReusePortBalanced, value);
    }
}
