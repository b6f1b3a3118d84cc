using System.Net.Sockets;
using System.Runtime.InteropServices;
using IOLoops.Sources.Interop;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources;

/// <summary>
/// Reads and writes a descriptor without blocking and without changing its flags, which other processes may share. For handlers
/// of <see cref="IOLoop.AddHandler(FileDescriptor, IOHandler, IOEvents)"/>; <see cref="LoopStream"/> waits as well.
/// </summary>
/// <remarks>
/// <para>
/// That a descriptor was ready does not mean that it still is: another handler, a duplicate or another process may have used it
/// since. So the kernel is asked not to wait: <c>MSG_DONTWAIT</c> for sockets, <c>RWF_NOWAIT</c> for pipes (Linux 6.5),
/// eventfds and some devices. A descriptor that knows neither is used directly when it is non-blocking. When it is blocking,
/// readiness is asked for immediately before the call, and no more is written than must fit: a page into a pipe, a byte into a
/// terminal. On Linux the second side of a pty and other terminals are opened again, non-blocking, through <c>/proc/self/fd</c>
/// where that is allowed, and then take more at once.
/// </para>
/// <para>On Windows: sockets alone. A write to a blocking socket may block there: make it non-blocking.</para>
/// <para>Any thread; one read and one write at a time. Does not own the descriptor.</para>
/// </remarks>
/// <example>
/// <code>
/// using var io = new DescriptorIO(socket);
/// while (io.TryRead(buffer) is > 0 and int count)      // null: nothing is there now; 0: the end
///     Console.WriteLine($"{count} bytes");
/// </code>
/// </example>
public sealed unsafe class DescriptorIO : IDisposable
{
    private const int WritesOfPipes = 4096; // PIPE_BUF: what a pipe that poll(2) calls writable takes without blocking

    private readonly FileDescriptor _fd;
    private readonly FileKind _kind;
    private readonly SafeFileHandle? _reopened;
    private bool _readsNoWait = true;
    private bool _writesNoWait = true;

    /// <summary>Looks at what kind of file the descriptor is.</summary>
    /// <exception cref="IOException">It is not open, or the system cannot tell what it is; <see cref="Exception.HResult"/> is the errno.</exception>
    /// <exception cref="ObjectDisposedException">Its object is closed.</exception>
    public DescriptorIO(FileDescriptor fd)
    {
        _fd = fd;
        using var hold = new DescriptorHold(fd);
        if (OperatingSystem.IsWindows())
        {
            _kind = FileKind.Socket;
            IsDatagram = WinsockIO.IsDatagramSocket(hold.Number);
            return;
        }
        int number = hold.Fd;
        _kind = FileStatus.KindOf(number);
        IsDatagram = _kind == FileKind.Socket && DescriptorCalls.HasDatagrams(number);
        Access = DescriptorCalls.AccessOf(number);
        if (_kind == FileKind.Terminal && !DescriptorCalls.IsNonBlocking(number))
            _reopened = Reopen(number, Access);
    }

    /// <summary>Of what is not read and written by this.</summary>
    internal DescriptorIO(FileDescriptor fd, FileKind kind)
    {
        _fd = fd;
        _kind = kind;
    }

    /// <summary>A socket of messages: of these, a read of no bytes is an empty message and not the end.</summary>
    public bool IsDatagram { get; }

    /// <summary>A regular file or a block device: always ready, and null from a read or write means that it would wait for a disk.</summary>
    public bool IsDisk => _kind == FileKind.Disk;

    /// <summary>Which directions the descriptor was opened for.</summary>
    public FileAccess Access { get; } = FileAccess.ReadWrite;

    /// <summary>Whether a write that was not taken as a whole has filled it.</summary>
    internal bool TakesAllItCan => _kind is FileKind.Socket or FileKind.Pipe;

    internal bool IsSocket => _kind == FileKind.Socket;

    internal bool IsPipe => _kind == FileKind.Pipe;

    internal bool IsTerminal => _kind == FileKind.Terminal;

    /// <summary>Reads what is there.</summary>
    /// <returns>How many bytes; null: nothing is there now; 0: the end, which a terminal reports as EIO when its other side was closed.</returns>
    /// <exception cref="IOException">Reading failed; its <see cref="Exception.HResult"/> is the errno.</exception>
    /// <exception cref="ObjectDisposedException">The object of the descriptor is closed.</exception>
    public int? TryRead(Span<byte> buffer)
    {
        using var hold = new DescriptorHold(_fd);
        fixed (byte* start = buffer)
        {
            int count = Read(hold.Number, start, buffer.Length, out int errno);
            if (count >= 0)
                return count;
            if (errno == Errno.EAGAIN)
                return null;
            if (errno == Errno.EIO && _kind == FileKind.Terminal)
                return 0;
            throw Failure("Reading", hold.Number, errno);
        }
    }

    /// <summary>Writes as much as is taken.</summary>
    /// <returns>How many bytes were taken; null: none can be now.</returns>
    /// <exception cref="IOException">Writing failed; its <see cref="Exception.HResult"/> is the errno, such as EPIPE when no reader is left.</exception>
    /// <exception cref="ObjectDisposedException">The object of the descriptor is closed.</exception>
    public int? TryWrite(ReadOnlySpan<byte> buffer)
    {
        using var hold = new DescriptorHold(_fd);
        fixed (byte* start = buffer)
        {
            int count = Write(hold.Number, start, buffer.Length, out int errno);
            if (count >= 0)
                return count;
            return errno == Errno.EAGAIN ? null : throw Failure("Writing to", hold.Number, errno);
        }
    }

    /// <summary>Reads a file of a disk (<see cref="IsDisk"/>), and waits for the disk: where <see cref="TryRead"/> returns null.</summary>
    /// <returns>How many bytes; 0: the end.</returns>
    /// <exception cref="IOException">Reading failed; its <see cref="Exception.HResult"/> is the errno.</exception>
    /// <exception cref="ObjectDisposedException">The object of the descriptor is closed.</exception>
    public int ReadDisk(Span<byte> buffer)
    {
        using var hold = new DescriptorHold(_fd);
        fixed (byte* start = buffer)
        {
            int count = DescriptorCalls.Read(hold.Fd, start, buffer.Length, out int errno);
            return count >= 0 ? count : throw Failure("Reading", hold.Number, errno);
        }
    }

    /// <summary>Writes to a file of a disk (<see cref="IsDisk"/>), and waits for the disk: where <see cref="TryWrite"/> returns null.</summary>
    /// <returns>How many bytes were taken.</returns>
    /// <exception cref="IOException">Writing failed; its <see cref="Exception.HResult"/> is the errno.</exception>
    /// <exception cref="ObjectDisposedException">The object of the descriptor is closed.</exception>
    public int WriteDisk(ReadOnlySpan<byte> buffer)
    {
        using var hold = new DescriptorHold(_fd);
        fixed (byte* start = buffer)
        {
            int count = DescriptorCalls.Write(hold.Fd, start, buffer.Length, out int errno);
            return count >= 0 ? count : throw Failure("Writing to", hold.Number, errno);
        }
    }

    /// <summary>Closes what this opened itself, a second descriptor of a terminal; never the descriptor given.</summary>
    public void Dispose() => _reopened?.Dispose();

    /// <summary>Whether a poll(2) that does not wait reports anything.</summary>
    internal bool IsReady(bool toWrite)
    {
        using var hold = new DescriptorHold(_fd);
        if (OperatingSystem.IsWindows())
            return WinsockIO.IsReady(hold.Number, toWrite);
        return DescriptorCalls.IsReady(hold.Fd, toWrite ? Libc.Writable : Libc.Readable);
    }

    /// <summary>Tells the peer of a socket that nothing more will be written.</summary>
    internal void Shutdown()
    {
        using var hold = new DescriptorHold(_fd);
        int result = OperatingSystem.IsWindows()
            ? WinsockIO.ShutdownWrite(hold.Number)
            : Libc.shutdown(hold.Fd, Libc.ShutdownWrite);
        if (result < 0)
            throw Failure("Shutting down", hold.Number, Errno.Last);
    }

    private int Read(nint number, byte* start, int length, out int errno)
    {
        if (OperatingSystem.IsWindows())
            return WinsockIO.Read(number, start, length, out errno);
        int fd = DescriptorHold.ToFd(number);
        if (_kind == FileKind.Socket)
            return DescriptorCalls.Receive(fd, start, length, out errno);
        if (_readsNoWait && DescriptorCalls.KnowsVectors)
        {
            int count = DescriptorCalls.ReadNoWait(fd, start, length, out errno);
            if (errno != Errno.EOPNOTSUPP && errno != Errno.ENOSYS)
                return count;
            _readsNoWait = false;
        }
        return ReadIfReady(fd, start, length, out errno);
    }

    private int Write(nint number, byte* start, int length, out int errno)
    {
        if (OperatingSystem.IsWindows())
            return WinsockIO.Write(number, start, length, out errno);
        int fd = DescriptorHold.ToFd(number);
        if (_kind == FileKind.Socket)
            return DescriptorCalls.Send(fd, start, length, out errno);
        if (_writesNoWait && DescriptorCalls.KnowsVectors)
        {
            int count = DescriptorCalls.WriteNoWait(fd, start, length, out errno);
            if (errno != Errno.EOPNOTSUPP && errno != Errno.ENOSYS)
                return count;
            _writesNoWait = false;
        }
        return WriteIfReady(fd, start, length, out errno);
    }

    private int ReadIfReady(int fd, byte* start, int length, out int errno)
    {
        if (_kind == FileKind.Disk)
            return Later(out errno);
        if (_reopened is { } reopened)
        {
            using var hold = new DescriptorHold(reopened);
            return DescriptorCalls.Read(hold.Fd, start, length, out errno);
        }
        if (!DescriptorCalls.IsNonBlocking(fd) && !DescriptorCalls.IsReady(fd, Libc.Readable))
            return Later(out errno);
        return DescriptorCalls.Read(fd, start, length, out errno);
    }

    private int WriteIfReady(int fd, byte* start, int length, out int errno)
    {
        if (_kind == FileKind.Disk)
            return Later(out errno);
        if (_reopened is { } reopened)
        {
            using var hold = new DescriptorHold(reopened);
            return DescriptorCalls.Write(hold.Fd, start, length, out errno);
        }
        if (!DescriptorCalls.IsNonBlocking(fd))
        {
            if (!DescriptorCalls.IsReady(fd, Libc.Writable))
                return Later(out errno);
            length = Math.Min(length, MostThatFits);
        }
        return DescriptorCalls.Write(fd, start, length, out errno);
    }

    /// <summary>What a blocking descriptor that poll(2) calls writable takes without blocking. An eventfd takes eight bytes or none.</summary>
    private int MostThatFits => _kind switch
    {
        FileKind.Pipe => WritesOfPipes,
        FileKind.Terminal => 1,
        _ => int.MaxValue,
    };

    private static int Later(out int errno)
    {
        errno = Errno.EAGAIN;
        return -1;
    }

    /// <summary>
    /// A second open file of the same terminal, with separate flags. Not for the first side of a pty: opening that again creates another pty.
    /// Null where it is not allowed, as after su.
    /// </summary>
    private static SafeFileHandle? Reopen(int fd, FileAccess access)
    {
        uint number;
        if (!OperatingSystem.IsLinux() || Libc.ioctl(fd, Libc.GetPtyNumber, &number) == 0)
            return null;
        int mode = access switch
        {
            FileAccess.Read => Libc.ReadOnly,
            FileAccess.Write => Libc.WriteOnly,
            _ => Libc.ReadWrite,
        };
        int reopened = Libc.open($"/proc/self/fd/{fd}", mode | Libc.NonBlocking | Libc.NoControllingTerminal | Libc.CloseOnExec);
        return reopened < 0 ? null : new SafeFileHandle(reopened, ownsHandle: true);
    }

    private static IOException Failure(string what, nint number, int errno) => Errno.Failure($"{what} file descriptor {number}", errno);
}
