using System.Net;
using System.Net.Sockets;

namespace IOLoops.DocsExamples;

/// <summary>Sockets for the examples to use.</summary>
internal static class Sockets
{
    /// <summary>On the loopback interface, at a port that the system chooses.</summary>
    internal static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    /// <summary>A non-blocking socket, and the one at the other end.</summary>
    internal static (Socket Near, Socket Far) Connected()
    {
        using var listener = Listen();
        listener.Blocking = true;
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        far.Connect(listener.LocalEndPoint!);
        var near = listener.Accept();
        near.Blocking = false;
        return (near, far);
    }
}
