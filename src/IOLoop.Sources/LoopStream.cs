using System.IO.Pipes;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using IOLoops.Sources.Interop;
using IOLoops.Sources.Streams;

namespace IOLoops.Sources;

/// <summary>
/// A stream over any descriptor that can be read or written: a pipe, a FIFO, a pty, a terminal, a serial line, a socket, a character
/// device, an eventfd, a file. It waits on its loop, and blocks no thread.
/// </summary>
/// <remarks>
/// <para>
/// Any thread may read and write, one read and one write at a time, both directions at once. An operation that is ready
/// completes at once, but on the loop's thread at most 64 in a row, so that an endless source such as /dev/zero does not starve other
/// descriptors. An operation that waits completes on the loop's thread, and not while the loop does not run. Callers without a
/// <see cref="SynchronizationContext"/> resume there.
/// </para>
/// <para>
/// Cancelling a read loses no byte: the next read returns what came. A write that was cancelled or timed out may have been taken in part:
/// see <see cref="BytesWritten"/>.
/// </para>
/// <para>
/// Make one stream for a descriptor: disposing of a stream whose operation waits ends every wait for the descriptor.
/// The descriptor's flags are never changed, and its blocking mode does not matter: see <see cref="DescriptorIO"/>. While an operation
/// waits, the descriptor is registered with the loop, so it cannot have a handler there
/// (<see cref="InvalidOperationException"/> from the operation). A file of a disk has no readiness: what its cache does not have is read
/// and written on a thread of the pool.
/// </para>
/// <para>
/// Errors are <see cref="IOException"/>s with the errno as their <see cref="Exception.HResult"/>: EPIPE, ECONNRESET. The process gets no
/// SIGPIPE: .NET ignores it. A terminal whose other side was closed is at its end.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// await using var stream = new LoopStream(loop, socket);
/// await stream.WriteAsync("hello\n"u8.ToArray());
/// await foreach (string line in stream.ReadLinesAsync())
///     Console.WriteLine(line);                     // on the loop's thread
/// </code>
/// </example>
public sealed partial class LoopStream : Stream
{
    private readonly SharedDescriptor _shared;
    private readonly ReadOperation _read;
    private readonly WriteOperation _write;
    private readonly bool _canRead;
    private readonly bool _canWrite;
    private volatile bool _writesCompleted;

    /// <summary>A stream over a descriptor. Any thread.</summary>
    /// <param name="loop">Where to wait.</param>
    /// <param name="fd">A number, or an object with a descriptor.</param>
    /// <param name="access">Which directions to use, of those that the descriptor was opened for.</param>
    /// <param name="leaveOpen">Whether the descriptor stays open when the stream is disposed.</param>
    /// <exception cref="ArgumentException">The descriptor was opened for none of these directions.</exception>
    /// <exception cref="IOException">The number is not open.</exception>
    /// <exception cref="ObjectDisposedException">The loop or the object given is closed.</exception>
    public LoopStream(IOLoop loop, FileDescriptor fd, FileAccess access = FileAccess.ReadWrite, bool leaveOpen = false)
        : this(loop, fd, access, leaveOpen, null)
    {
    }

    internal LoopStream(IOLoop loop, FileDescriptor fd, FileAccess access, bool leaveOpen, IDisposable? owner)
    {
        ArgumentNullException.ThrowIfNull(loop);
        if (access is < FileAccess.Read or > FileAccess.ReadWrite)
            throw new ArgumentOutOfRangeException(nameof(access), access, "Pass FileAccess.Read, Write or ReadWrite.");
        ObjectDisposedException.ThrowIf(loop.IsClosed, loop);
        var (number, file) = loop.SplitFd(fd);
        fd = file is null ? FileDescriptor.From(number) : fd;
        var io = new DescriptorIO(fd);
        access &= io.Access;
        if (access == 0)
        {
            io.Dispose();
            throw new ArgumentException($"File descriptor {fd.Number} was opened for {io.Access} alone.", nameof(access));
        }
        Loop = loop;
        _canRead = access.HasFlag(FileAccess.Read);
        _canWrite = access.HasFlag(FileAccess.Write);
        _shared = new SharedDescriptor(loop, fd, io, leaveOpen, owner);
        _read = new ReadOperation(loop, _shared);
        _write = new WriteOperation(loop, _shared);
    }

    private LoopStream(IOLoop loop, PipeStream pipe, bool leaveOpen)
    {
        ObjectDisposedException.ThrowIf(loop.IsClosed, loop);
        Loop = loop;
        _canRead = pipe.CanRead;
        _canWrite = pipe.CanWrite;
        FileDescriptor fd = pipe.SafePipeHandle;
        _shared = new SharedDescriptor(loop, fd, new DescriptorIO(fd, FileKind.Pipe), leaveOpen, null, new OverlappedPipe(loop, pipe, leaveOpen));
        _read = new ReadOperation(loop, _shared);
        _write = new WriteOperation(loop, _shared);
    }

    /// <summary>What another stream was, on another loop.</summary>
    private LoopStream(LoopStream from, IOLoop loop, byte[] unread)
    {
        Loop = loop;
        _canRead = from._canRead;
        _canWrite = from._canWrite;
        _writesCompleted = from._writesCompleted;
        var (shared, pipe) = (from._shared, from._shared.Pipe);
        _shared = new SharedDescriptor(
            loop, shared.Descriptor, shared.IO, shared.LeavesOpen, shared.Owner, pipe is null ? null : new OverlappedPipe(loop, pipe.Stream, pipe.LeavesOpen));
        _read = new ReadOperation(loop, _shared) { Unread = unread };
        _write = new WriteOperation(loop, _shared) { Written = from._write.Written };
        _read.Limit.Milliseconds = from._read.Limit.Milliseconds;
        _write.Limit.Milliseconds = from._write.Limit.Milliseconds;
    }

    /// <summary>Where it waits.</summary>
    public IOLoop Loop { get; }

    /// <summary>What it reads and writes.</summary>
    public FileDescriptor Descriptor => _shared.Descriptor;

    /// <summary>How many bytes the system has taken, of all writes until now. Any thread.</summary>
    public long BytesWritten => _write.Written;

    /// <inheritdoc/>
    public override bool CanRead => _canRead && !_shared.IsEnding;

    /// <inheritdoc/>
    public override bool CanWrite => _canWrite && !_writesCompleted && !_shared.IsEnding;

    /// <summary>False, for files too: a file is read and written from its current position on.</summary>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanTimeout => true;

    /// <summary>How long a read that waits may take, in milliseconds by the loop's clock, asynchronous or not; then it fails with a
    /// <see cref="TimeoutException"/>, and nothing is lost. <see cref="Timeout.Infinite"/>, the default: no limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is neither positive nor <see cref="Timeout.Infinite"/>.</exception>
    public override int ReadTimeout
    {
        get => _read.Limit.Milliseconds;
        set => _read.Limit.Milliseconds = CheckTimeout(value);
    }

    /// <summary>The same for a write, of which a part may have been taken: see <see cref="BytesWritten"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is neither positive nor <see cref="Timeout.Infinite"/>.</exception>
    public override int WriteTimeout
    {
        get => _write.Limit.Milliseconds;
        set => _write.Limit.Milliseconds = CheckTimeout(value);
    }

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Length => throw NoSeeking();

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Position { get => throw NoSeeking(); set => throw NoSeeking(); }

    /// <summary>Reads what is there, or waits for something.</summary>
    /// <returns>How many bytes; 0 at the end. With an empty buffer: 0 as soon as there is something to read, or the end. Await it once.</returns>
    /// <exception cref="InvalidOperationException">Another read is in progress, or the descriptor has a handler on the loop.</exception>
    /// <exception cref="NotSupportedException">The stream cannot be read.</exception>
    /// <exception cref="IOException">(From the task.) Reading failed; <see cref="Exception.HResult"/> is the errno.</exception>
    /// <exception cref="TimeoutException">(From the task.) <see cref="ReadTimeout"/> passed.</exception>
    /// <exception cref="ObjectDisposedException">(From the task.) The stream or its loop was closed.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_canRead)
            throw new NotSupportedException("The stream is write-only.");
        return _read.Begin(buffer, cancellationToken);
    }

    /// <summary>Writes all bytes, waiting as often as necessary.</summary>
    /// <returns>Ends when the system has taken all. Await it once.</returns>
    /// <exception cref="InvalidOperationException">Another write is in progress, or the descriptor has a handler on the loop.</exception>
    /// <exception cref="NotSupportedException">The stream cannot be written, or <see cref="CompleteWrites"/> was called.</exception>
    /// <exception cref="IOException">(From the task.) Writing failed; <see cref="Exception.HResult"/> is the errno.</exception>
    /// <exception cref="TimeoutException">(From the task.) <see cref="WriteTimeout"/> passed.</exception>
    /// <exception cref="ObjectDisposedException">(From the task.) The stream or its loop was closed.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        CheckWritable();
        return _write.Begin(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <summary>Nothing is buffered: ends at once.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;

    /// <summary>Nothing is buffered: does nothing.</summary>
    public override void Flush()
    {
    }

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Seek(long offset, SeekOrigin origin) => throw NoSeeking();

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void SetLength(long value) => throw NoSeeking();

    private static int CheckTimeout(int value) => value is > 0 or Timeout.Infinite
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, "Pass a positive number of milliseconds, or Timeout.Infinite.");

    private static NotSupportedException NoSeeking() => new("A LoopStream cannot seek. Use the FileStream, and make a LoopStream from it when its position is set.");

    private void CheckWritable()
    {
        if (!_canWrite)
            throw new NotSupportedException("The stream is read-only.");
        if (_writesCompleted)
            throw new NotSupportedException("CompleteWrites was called: nothing more can be written.");
    }
}
