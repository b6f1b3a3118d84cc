using System.Net;
using System.Net.Sockets;
using IOLoops;

namespace LoopBench;

/// <summary>
/// echo-server: says which port it listens on, returns what comes until standard input ends, then says what it allocated
/// per message.
/// </summary>
internal sealed class EchoServer
{
    private const int BufferSize = 4096;

    private readonly IOLoop _loop;
    private readonly IOHandler _onReadable;
    // One for all connections: a message is read and written back in one go.
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private long _messages;

    private EchoServer(IOLoop loop)
    {
        _loop = loop;
        _onReadable = OnReadable;
    }

    internal static void Run(Options options)
    {
        Libc.RaiseDescriptorLimit();
        KillAfter(TimeSpan.FromSeconds(options.Number("max-seconds", 60)));
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1024);

        long before = Measurement.Allocated;
        var server = new EchoServer(LoopFactory.Start(options));
        server._loop.RunThere(() => server._loop.AddHandler(listener, server.OnConnection, IOEvents.Read));
        Console.WriteLine($"PORT {((IPEndPoint)listener.LocalEndPoint!).Port}");
        Console.Out.Flush();

        var input = Console.OpenStandardInput();
        byte[] ignored = new byte[64];
        while (input.Read(ignored) > 0)
        {
        }
        Thread.Sleep(100); // for connections that are still being closed
        long allocated = Measurement.Allocated - before;
        new Result("echo.server", options) { Operations = Interlocked.Read(ref server._messages), AllocatedBytes = allocated }.Print();
    }

    /// <summary>A server whose client is gone must not stay.</summary>
    private static void KillAfter(TimeSpan limit)
    {
        var watchdog = new Thread(() =>
        {
            Thread.Sleep(limit);
            Environment.Exit(3);
        });
        watchdog.IsBackground = true;
        watchdog.Start();
    }

    private unsafe void OnConnection(FileDescriptor fd, IOEvents events)
    {
        int connection;
        while ((connection = Libc.accept4((int)fd.Number, null, null, Libc.NonBlock | Libc.CloseOnExec)) >= 0)
        {
            Libc.DisableNagle(connection);
            _loop.AddHandler(connection, _onReadable, IOEvents.Read);
        }
    }

    private unsafe void OnReadable(FileDescriptor fd, IOEvents events)
    {
        int number = (int)fd.Number;
        fixed (byte* buffer = _buffer)
        {
            nint count = Libc.read(number, buffer, BufferSize);
            if (count > 0 && Libc.write(number, buffer, count) == count)
            {
                _messages++;
                return;
            }
            if (count < 0 && Libc.Errno == Libc.EAGAIN)
                return;
        }
        _loop.RemoveHandler(fd);
        _ = Libc.close(number);
    }
}
