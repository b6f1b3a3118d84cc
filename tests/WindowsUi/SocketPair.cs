using System.Net;
using System.Net.Sockets;

namespace IOLoops.WindowsUi;

/// <summary>Two sockets: what is sent by one makes the other readable.</summary>
internal sealed class SocketPair : IDisposable
{
    internal SocketPair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        Reader.Connect(listener.LocalEndPoint!);
        Reader.Blocking = false;
        Writer = listener.Accept();
    }

    internal Socket Reader { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    internal Socket Writer { get; }

    internal void Send() => Writer.Send([1]);

    /// <summary>Reads what is there.</summary>
    internal void Drain() => Reader.Receive(new byte[16], SocketFlags.None, out _);

    public void Dispose()
    {
        Reader.Dispose();
        Writer.Dispose();
    }
}
