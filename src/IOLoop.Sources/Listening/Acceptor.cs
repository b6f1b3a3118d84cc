using System.Net.Sockets;
using IOLoops.Sources.Interop;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources.Listening;

/// <summary>Accepts a connection, when there is one. Any thread.</summary>
internal sealed class Acceptor(IOLoop loop, Socket listening)
{
    private const int MostFailed = 64; // connections that have failed, in a row: then other descriptors get their turn

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
        }
        return AcceptOutcome.Nothing;
    }

    private LoopStream Wrap(Socket socket)
    {
        try
        {
            return new LoopStream(loop, socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private Socket? Accept(out int errno) =>
        OperatingSystem.IsLinux() || OperatingSystem.IsFreeBSD() ? AcceptDirectly(out errno) : AcceptByNet(out errno);

    /// <summary>Any address family, and no exception when there is nothing.</summary>
    private unsafe Socket? AcceptDirectly(out int errno)
    {
        int fd;
        using (var hold = new DescriptorHold(listening))
        {
            do
            {
                fd = Libc.accept4((int)hold.Number, null, null, Libc.NewSocketFlags);
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
        errno == Errno.ECONNABORTED || errno == Errno.EPERM || (OperatingSystem.IsLinux()
            && errno is 64 /* ENONET */ or 71 /* EPROTO */ or 92 /* ENOPROTOOPT */ or 100 /* ENETDOWN */ or 101 /* ENETUNREACH */
                or 110 /* ETIMEDOUT */ or 112 /* EHOSTDOWN */ or 113 /* EHOSTUNREACH */);
}
