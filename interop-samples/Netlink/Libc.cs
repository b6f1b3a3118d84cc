using System.Runtime.InteropServices;

/// <summary>The part of the C library that this sample calls: .NET's <c>Socket</c> does not know netlink.</summary>
internal static unsafe partial class Libc
{
    internal const ushort Netlink = 16;      // AF_NETLINK
    internal const int Raw = 3;              // SOCK_RAW
    internal const int NonBlock = 0x800;     // SOCK_NONBLOCK
    internal const int CloseOnExec = 0x80000; // SOCK_CLOEXEC
    internal const int Route = 0;            // NETLINK_ROUTE
    internal const int SocketLevel = 1;      // SOL_SOCKET
    internal const int ReceiveBuffer = 8;    // SO_RCVBUF

    internal const int NotPermitted = 1;     // EPERM
    internal const int Again = 11;           // EAGAIN
    internal const int Busy = 16;            // EBUSY
    internal const int NoBuffers = 105;      // ENOBUFS

    private const string Library = "libc";

    /// <summary>sockaddr_nl.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Address
    {
        internal ushort Family;
        internal ushort Padding;
        internal uint Port;
        internal uint Groups;
    }

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int socket(int family, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int bind(SafeHandle socket, in Address address, int length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setsockopt(SafeHandle socket, int level, int option, in int value, int length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint send(SafeHandle socket, byte* data, nuint length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint recv(SafeHandle socket, byte* data, nuint length, int flags);

    [LibraryImport(Library)]
    internal static partial int close(nint fd);
}
