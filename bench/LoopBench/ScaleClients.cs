using System.Net;
using System.Net.Sockets;
using IOLoops;

namespace LoopBench;

/// <summary>Clients of an echo server: each sends a message, waits for its echo, and again. On loops of their own.</summary>
internal sealed class ScaleClients : IDisposable
{
    private const int MessageSize = 64;

    private readonly LoopGroup _group;
    private readonly Task _run;
    private readonly List<Socket> _sockets = [];
    private readonly long[] _trips; // of each loop, eight places apart: no two loops write to one cache line
    private volatile bool _isOver;

    internal ScaleClients(EndPoint server, int clients, int loops)
    {
        _group = new LoopGroup(new LoopGroupOptions { Count = loops, Name = "clients" });
        _group.CallbackException += static (_, failure) => Program.Fail(failure.Exception);
        _trips = new long[loops * 8];
        _run = _group.RunAsync();
        for (int i = 0; i < clients; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(server);
            socket.Blocking = false;
            _sockets.Add(socket);
            int number = i % loops;
            var loop = _group.Loops[number];
            loop.RunThere(() =>
            {
                loop.AddHandler(socket, (fd, _) => OnReadable(fd, number), IOEvents.Read);
                Send(socket.Handle);
            });
        }
    }

    /// <summary>Echoes that have come until now.</summary>
    internal long Trips
    {
        get
        {
            long sum = 0;
            for (int i = 0; i < _trips.Length; i += 8)
                sum += Volatile.Read(ref _trips[i]);
            return sum;
        }
    }

    public void Dispose()
    {
        _isOver = true;
        _group.StopAsync().Wait();
        _run.Wait();
        _group.Dispose();
        _sockets.ForEach(static socket => socket.Dispose());
    }

    private unsafe void OnReadable(FileDescriptor fd, int loop)
    {
        byte* message = stackalloc byte[MessageSize];
        nint count = Descriptors.Read(fd.Number, message, MessageSize);
        if (count < 0 && Descriptors.WouldHaveWaited)
            return;
        if (count != MessageSize)
            throw new IOException($"An echo had {count} bytes instead of {MessageSize}."); // so short a message comes in one piece
        _trips[loop * 8]++;
        if (!_isOver)
            Send(fd.Number);
    }

    private static unsafe void Send(nint socket)
    {
        byte* message = stackalloc byte[MessageSize];
        if (Descriptors.Write(socket, message, MessageSize) != MessageSize)
            throw Descriptors.Failure("write");
    }
}
