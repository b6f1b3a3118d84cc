using System.IO.Pipes;
using System.Net.Sockets;
using IOLoops.Sources.Interop;
using IOLoops.Sources.Processes;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources;

public sealed partial class LoopStream
{
    /// <summary>
    /// A stream over the descriptor of one that .NET made: a <see cref="PipeStream"/>, which is what
    /// <c>Process.StandardOutput.BaseStream</c> is, a <see cref="NetworkStream"/>, or a <see cref="FileStream"/> that can seek, from its
    /// position on.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Do not use the original any more. What a <see cref="StreamReader"/> above it has read ahead is not seen here: make the loop's stream
    /// before you read from it.
    /// </para>
    /// <para>
    /// Windows: no loop can wait until a pipe is ready. So a stream over a <see cref="PipeStream"/> begins each operation at once, by that
    /// stream's overlapped I/O, and delivers its result on the loop. What differs: nothing completes before the next turn; an operation
    /// allocates a little; a read into an empty buffer ends at once; a write is made in pieces of 16 KiB, and
    /// <see cref="BytesWritten"/> does not count what was taken of one that was cancelled. Cancelling a read loses nothing: when
    /// bytes came at that moment, the read returns them. A pipe that was opened without <see cref="PipeOptions.Asynchronous"/> takes a thread
    /// of the pool for each operation. Errors have the <see cref="Exception.HResult"/> of .NET.
    /// </para>
    /// </remarks>
    /// <param name="loop">Where to wait.</param>
    /// <param name="stream">The original.</param>
    /// <param name="leaveOpen">Whether the original stays open when this is disposed.</param>
    /// <exception cref="ArgumentException">The stream has no descriptor, or may have read ahead and does not tell how much, as a
    /// <see cref="FileStream"/> over a pipe.</exception>
    public static LoopStream From(IOLoop loop, Stream stream, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(stream);
        if (OperatingSystem.IsWindows() && (stream as PipeStream ?? (stream as LoopStream)?._shared.Pipe?.Stream) is { } pipe)
            return new LoopStream(loop, pipe, leaveOpen);
        var access = (stream.CanRead ? FileAccess.Read : 0) | (stream.CanWrite ? FileAccess.Write : 0);
        return new LoopStream(loop, DescriptorOf(stream), access, leaveOpen, leaveOpen ? null : stream);
    }

    /// <summary>A pipe, both ends non-blocking and closed in child processes.</summary>
    /// <exception cref="IOException">No descriptors are left.</exception>
    public static unsafe (LoopStream Reader, LoopStream Writer) CreatePipe(IOLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        if (OperatingSystem.IsWindows())
        {
            var (reader, writer) = OverlappedPipes.Create(PipeDirection.In, PipeOptions.Asynchronous);
            return Pair(loop, reader, writer);
        }
        int* ends = stackalloc int[2];
        NewDescriptors.Pipe(ends);
        return Pair(loop, ends, FileAccess.Read, FileAccess.Write);
    }

    /// <summary>Two connected Unix sockets, non-blocking and closed in child processes. Linux, macOS, FreeBSD.</summary>
    /// <exception cref="IOException">No descriptors are left.</exception>
    public static unsafe (LoopStream One, LoopStream Other) CreatePair(IOLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        int* ends = stackalloc int[2];
        NewDescriptors.SocketPair(ends);
        return Pair(loop, ends, FileAccess.ReadWrite, FileAccess.ReadWrite);
    }

    private static unsafe (LoopStream First, LoopStream Second) Pair(IOLoop loop, int* ends, FileAccess first, FileAccess second)
    {
        var one = new SafeFileHandle(ends[0], ownsHandle: true);
        var other = new SafeFileHandle(ends[1], ownsHandle: true);
        try
        {
            return (new LoopStream(loop, one, first), new LoopStream(loop, other, second));
        }
        catch
        {
            one.Dispose();
            other.Dispose();
            throw;
        }
    }

    private static (LoopStream First, LoopStream Second) Pair(IOLoop loop, PipeStream first, PipeStream second)
    {
        try
        {
            return (From(loop, first), From(loop, second));
        }
        catch
        {
            first.Dispose();
            second.Dispose();
            throw;
        }
    }

    private static FileDescriptor DescriptorOf(Stream stream) => stream switch
    {
        LoopStream other => other.Descriptor,
        PipeStream pipe => pipe.SafePipeHandle,
        NetworkStream network => network.Socket,
        FileStream { CanSeek: true } file => DescriptorOf(file),
        FileStream => throw new ArgumentException(
            "A FileStream over a pipe or a terminal may have read ahead, and does not tell. Pass its SafeFileHandle to the constructor of LoopStream, before anything is read.", nameof(stream)),
        _ => throw new ArgumentException(
            $"A {stream.GetType().Name} has no descriptor to wait for. Pass a PipeStream, a NetworkStream or a FileStream, or a descriptor to the constructor.", nameof(stream)),
    };

    /// <summary>The file's own position is where the FileStream would read or write next.</summary>
    private static SafeFileHandle DescriptorOf(FileStream file)
    {
        file.Flush();
        long position = file.Position;
        var handle = file.SafeFileHandle;
        using var hold = new DescriptorHold(handle);
        if (!OperatingSystem.IsWindows() && Libc.lseek(hold.Fd, position, Libc.SeekSet) < 0)
            throw Errno.Failure("lseek", Errno.Last);
        return handle;
    }
}
