using System.Net;
using System.Net.Sockets;

namespace IOLoops.Samples;

/// <summary>Makes the socket that clients connect to.</summary>
internal static class Listener
{
    private const int Backlog = 512;

    /// <param name="port">On the loopback interface; 0: any that is free.</param>
    /// <exception cref="ExitException">The port is unavailable, for example because another program listens on it.</exception>
    internal static Socket Open(int port)
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, port);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new ExitException(ExitException.Failed, $"cannot listen on {endPoint}: {exception.Message}");
        }
    }
}
