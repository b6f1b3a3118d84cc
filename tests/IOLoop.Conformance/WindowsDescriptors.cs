using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>
/// Windows waits for sockets alone: pipes and eventfds are pairs of them. Its numbers are used again at once, so each is
/// known by the port it is bound to, and one that another socket has got is left alone.
/// </summary>
internal sealed unsafe class WindowsDescriptors : IDescriptorSystem
{
    private const int AddressSize = 16; // sockaddr_in

    private readonly ConcurrentDictionary<nint, int> _ports = new();

    private int _unused;

    public int Maximum => 1 << 24;

    public (int Read, int Write) Pipe() => SocketPair();

    public (int Left, int Right) SocketPair()
    {
        using var listener = NewSocket();
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var left = NewSocket();
        left.Connect(listener.LocalEndPoint!);
        var right = listener.Accept();
        return (Detach(left), Detach(right));
    }

    public (int Number, int Partner) Signal() => SocketPair();

    public void RaiseSignal(int partner) => Check(Write(partner, [1]), "send");

    // Handles are multiples of four, and no process has this many.
    public int Unused() => 0x3fff0000 + (4 * Interlocked.Increment(ref _unused));

    public int Duplicate(int fd, int lowest) => throw Impossible("a second number of the same socket");

    public void Replace(int number, int by) => throw Impossible("giving a number another meaning");

    public int OpenFile(string path) => throw Impossible("waiting for a file");

    public bool IsOpen(nint fd) => _ports.TryGetValue(fd, out int port) && PortOf(fd) == port;

    public void Close(int fd)
    {
        bool isOurs = IsOpen(fd);
        _ports.TryRemove(fd, out _);
        if (isOurs)
            Check(Winsock.closesocket(fd), "closesocket");
    }

    public void ShutdownWrite(int fd) => Check(Winsock.shutdown(fd, Winsock.ShutdownSend), "shutdown");

    public int Write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
            return Winsock.send(fd, start, bytes.Length, 0);
    }

    public int Read(int fd, Span<byte> bytes)
    {
        fixed (byte* start = bytes)
            return Winsock.recv(fd, start, bytes.Length, 0);
    }

    // Small buffers, so that filling one takes little.
    private static Socket NewSocket() =>
        new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 8192, ReceiveBufferSize = 8192 };

    private int Detach(Socket socket)
    {
        socket.NoDelay = true;
        socket.Blocking = false;
        int number = (int)socket.Handle;
        _ports[number] = ((IPEndPoint)socket.LocalEndPoint!).Port;
        socket.SafeHandle.SetHandleAsInvalid(); // without closing it; to dispose of the socket would wait for that
#pragma warning disable CA1816 // nothing is left to dispose of
        GC.SuppressFinalize(socket);
#pragma warning restore CA1816
        return number;
    }

    private static int PortOf(nint socket)
    {
        byte* address = stackalloc byte[AddressSize];
        int length = AddressSize;
        return Winsock.getsockname(socket, address, &length) == 0 ? (address[2] << 8) | address[3] : -1;
    }

    /// <summary>Skips the test that asks for it, by name and with the reason.</summary>
    private static PlatformNotSupportedException Impossible(string what)
    {
        Assert.Skip($"Windows knows no way of {what}");
        return new PlatformNotSupportedException();
    }

    private static void Check(int result, string call)
    {
        if (result < 0)
            throw new IOException($"{call}: {new SocketException(Marshal.GetLastPInvokeError()).Message}");
    }
}
