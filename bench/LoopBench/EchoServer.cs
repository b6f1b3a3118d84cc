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
        var server = new EchoServer(LoopFactory.Start(options));
        Serve(options, server.Open, () => Interlocked.Read(ref server._messages));
    }

    /// <summary>What every implementation has in common.</summary>
    /// <param name="options">The command line.</param>
    /// <param name="open">Begins to serve the connections of a non-blocking listener.</param>
    /// <param name="countMessages">How many messages were sent back until now.</param>
    internal static void Serve(Options options, Action<Socket> open, Func<long> countMessages)
    {
        Descriptors.RaiseLimit();
        KillAfter(TimeSpan.FromSeconds(options.Number("max-seconds", 60)));
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1024);

        long before = Measurement.Allocated;
        open(listener);
        Console.WriteLine($"PORT {((IPEndPoint)listener.LocalEndPoint!).Port}");
        Console.Out.Flush();

        var input = Console.OpenStandardInput();
        byte[] ignored = new byte[64];
        while (input.Read(ignored) > 0)
        {
        }
        Thread.Sleep(100); // for connections that are still being closed
        long allocated = Measurement.Allocated - before;
        new Result("echo.server", options) { Operations = countMessages(), AllocatedBytes = allocated }.Print();
    }

    /// <summary>A server whose client is gone must not stay.</summary>
    internal static void KillAfter(TimeSpan limit)
    {
        var watchdog = new Thread(() =>
        {
            Thread.Sleep(limit);
            Environment.Exit(3);
        });
        watchdog.IsBackground = true;
        watchdog.Start();
    }

    private void Open(Socket listener) => _loop.RunThere(() => _loop.AddHandler(listener, OnConnection, IOEvents.Read));

    private void OnConnection(FileDescriptor fd, IOEvents events)
    {
        nint connection;
        while ((connection = Descriptors.Accept(fd.Number)) >= 0)
            _loop.AddHandler(FileDescriptor.From(connection), _onReadable, IOEvents.Read);
    }

    private unsafe void OnReadable(FileDescriptor fd, IOEvents events)
    {
        fixed (byte* buffer = _buffer)
        {
            nint count = Descriptors.Read(fd.Number, buffer, BufferSize);
            if (count > 0 && Descriptors.Write(fd.Number, buffer, (int)count) == count)
            {
                _messages++;
                return;
            }
            if (count < 0 && Descriptors.WouldHaveWaited)
                return;
        }
        _loop.RemoveHandler(fd);
        Descriptors.Close(fd.Number);
    }
}
