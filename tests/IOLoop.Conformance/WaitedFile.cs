using System.Net.Sockets;

namespace IOLoops.Conformance;

/// <summary>A descriptor as a handle, as a socket's or as a bare number.</summary>
internal sealed class WaitedFile : IDisposable
{
    private readonly DescriptorHandle? _handle;
    private readonly SafeSocketHandle? _socket;

    internal WaitedFile(int fd, string kind)
    {
        Descriptor = fd;
        if (kind == "handle")
            Descriptor = _handle = new DescriptorHandle(Descriptors.Duplicate(fd));
        else if (kind == "socket")
            Descriptor = _socket = new SafeSocketHandle(Descriptors.Duplicate(fd), ownsHandle: true);
    }

    internal FileDescriptor Descriptor { get; }

    public void Dispose()
    {
        _handle?.Dispose();
        _socket?.Dispose();
    }
}
