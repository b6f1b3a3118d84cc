using System.Net.Sockets;
using IOLoops.Sources.Interop;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources.Listening;

/// <summary>Accepts a connection, when there is one. Any thread.</summary>
/// <param name="streamsOn">Which loop the connection's stream is to wait on.</param>
/// <param name="listening">Where connections come in.</param>
/// <param name="accept">Accepts one, or returns an errno; null: the system does. For tests.</param>
internal sealed class Acceptor(Func<IOLoop> streamsOn, Socket listening, Func<(Socket? Socket, int Errno)>? accept = null)
{
    private const int MostFailed = 64; // connections that have failed, in a row: then other descriptors get their turn
    private const int MostInQueue = 4096; // net.core.somaxconn of Linux: as many connections as wait at most, unless that was raised

    private int _failed; // connections since the last one that was accepted, or the end of the queue. One accept at a time

    /// <summary>
    /// A connection that has failed in the queue is passed over, as libuv (uv__server_io) and Go (poll.FD.Accept) do for ECONNABORTED, and as
    /// accept(2) demands for network errors, of which EPROTO is one. When more have failed in a row than a queue holds, it is not the
    /// connections: the listener rests, as in a shortage. EPERM is the caller's to know of, as with libuv, Go and .NET
    /// (SocketPal.TryCompleteAccept): a security module that forbids accepting leaves the connection in the queue, so each further try would
    /// fail in the same way.
    /// </summary>
    /// <param name="stream">The connection.</param>
    /// <param name="shortage">The error, for <see cref="AcceptOutcome.Shortage"/>.</param>
    /// <exception cref="IOException">Accepting failed; the HResult is the errno.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    internal AcceptOutcome TryAccept(out LoopStream? stream, out IOException? shortage)
    {
        stream = null;
        shortage = null;
        for (int failed = 0; failed < MostFailed; failed++)
        {
            var socket = Accept(out int errno);
            if (socket is not null || errno == Errno.EAGAIN)
                _failed = 0;
            if (socket is not null)
            {
                stream = Wrap(socket);
                return AcceptOutcome.Accepted;
            }
            if (errno == Errno.EAGAIN)
                return AcceptOutcome.Nothing;
            if (IsShortage(errno))
            {
                shortage = new IOException($"Accepting a connection failed: {Errno.Describe(errno)}. Connections wait until descriptors are free again: close some, or raise the limit of open files.", errno);
                return AcceptOutcome.Shortage;
            }
            if (!IsOfTheConnection(errno))
                throw Errno.Failure("Accepting a connection", errno);
            if (_failed <= MostInQueue)
                _failed++;
            // A pause for each of them would keep the connections behind them waiting.
            if (_failed > MostInQueue && failed == MostFailed - 1)
            {
                shortage = new IOException($"Accepting a connection failed more than {MostInQueue} times in a row: {Errno.Describe(errno)}. The listener tries again after a pause, 20 times a second.", errno);
                return AcceptOutcome.Shortage;
            }
        }
        return AcceptOutcome.Nothing;
    }

    private LoopStream Wrap(Socket socket)
    {
        try
        {
            for (IOLoop? closed = null; ;)
            {
                var loop = streamsOn();
                try
                {
                    return new LoopStream(loop, socket);
                }
                catch (ObjectDisposedException) when (loop.IsClosed && !ReferenceEquals(loop, closed))
                {
                    closed = loop; // closed after it was chosen: there may be another one
                }
            }
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private Socket? Accept(out int errno)
    {
        if (accept is null)
            return AcceptBySystem(out errno);
        (var socket, errno) = accept();
        return socket;
    }

    private Socket? AcceptBySystem(out int errno) =>
        OperatingSystem.IsLinux() || OperatingSystem.IsFreeBSD() ? AcceptDirectly(out errno) : AcceptByNet(out errno);

    /// <summary>Any address family, and no exception when there is nothing.</summary>
    private unsafe Socket? AcceptDirectly(out int errno)
    {
        int fd;
        using (var hold = new DescriptorHold(listening))
        {
            do
            {
                fd = Libc.accept4(hold.Fd, null, null, Libc.NewSocketFlags);
                errno = fd < 0 ? Errno.Last : Errno.Ok;
            }
            while (errno == Errno.EINTR);
        }
        if (fd < 0)
            return null;
        var handle = new SafeSocketHandle(fd, ownsHandle: true);
        try
        {
            return new Socket(handle) { Blocking = false }; // as it is: .NET does not ask
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private Socket? AcceptByNet(out int errno)
    {
        errno = Errno.Ok;
        try
        {
            if (listening.Poll(0, SelectMode.SelectRead))
            {
                var socket = listening.Accept();
                socket.Blocking = false;
                return socket;
            }
            errno = Errno.EAGAIN;
        }
        catch (SocketException exception)
        {
            errno = exception.SocketErrorCode switch
            {
                SocketError.WouldBlock => Errno.EAGAIN,
                SocketError.ConnectionAborted or SocketError.ConnectionReset => Errno.ECONNABORTED,
                SocketError.TooManyOpenSockets => Errno.EMFILE,
                _ => throw new IOException($"Accepting a connection failed: {exception.Message}", exception) { HResult = exception.NativeErrorCode },
            };
        }
        return null;
    }

    // ENOBUFS differs; the others are the same everywhere.
    private static bool IsShortage(int errno) =>
        errno is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM || errno == (OperatingSystem.IsLinux() ? 105 : 55);

    /// <summary>The connection has failed before it was accepted. Linux passes its network errors on here: accept(2) lists them.</summary>
    private static bool IsOfTheConnection(int errno) =>
        errno == Errno.ECONNABORTED || (OperatingSystem.IsLinux()
            && errno is 64 /* ENONET */ or 71 /* EPROTO */ or 92 /* ENOPROTOOPT */ or 100 /* ENETDOWN */ or 101 /* ENETUNREACH */
                or 110 /* ETIMEDOUT */ or 112 /* EHOSTDOWN */ or 113 /* EHOSTUNREACH */);
}
