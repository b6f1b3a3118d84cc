using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace IOLoops.Sources.Interop;

/// <summary>Keeps the object of a descriptor from being closed for the length of one system call.</summary>
internal readonly ref struct DescriptorHold
{
    private readonly SafeHandle? _handle;

    /// <exception cref="ObjectDisposedException">The object was closed.</exception>
    internal DescriptorHold(FileDescriptor fd)
    {
        _handle = fd.Object switch
        {
            SafeHandle handle => handle,
            Socket socket => socket.SafeHandle,
            _ => null,
        };
        bool held = false;
        _handle?.DangerousAddRef(ref held);
        Number = fd.Object is IFileObject file ? file.Descriptor : fd.Number;
    }

    internal nint Number { get; }

    /// <summary>The number as system calls take it, except on Windows.</summary>
    /// <exception cref="IOException">It is negative or too wide: cut off, it might be that of another file.</exception>
    internal int Fd => ToFd(Number);

    /// <inheritdoc cref="Fd"/>
    internal static int ToFd(nint number) => number is >= 0 and <= int.MaxValue
        ? (int)number
        : throw Errno.Failure($"Using file descriptor {number}", Errno.EBADF);

    public void Dispose() => _handle?.DangerousRelease();
}
