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

    public void Dispose() => _handle?.DangerousRelease();
}
