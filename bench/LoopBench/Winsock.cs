using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace LoopBench;

/// <summary>Windows sockets. The first <c>Socket</c> of the process starts the library.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Winsock
{
    internal const int WouldBlock = 10035; // WSAEWOULDBLOCK
    internal const int Tcp = 6;
    internal const int TcpNoDelay = 1;
    internal const int FioNbio = unchecked((int)0x8004667e);

    private const string Library = "ws2_32.dll";

    [LibraryImport(Library)]
    internal static partial int recv(nint socket, void* buffer, int count, int flags);

    [LibraryImport(Library)]
    internal static partial int send(nint socket, void* buffer, int count, int flags);

    [LibraryImport(Library)]
    internal static partial nint accept(nint socket, void* address, int* length);

    [LibraryImport(Library)]
    internal static partial int ioctlsocket(nint socket, int command, uint* argument);

    [LibraryImport(Library)]
    internal static partial int setsockopt(nint socket, int level, int option, void* value, int length);

    [LibraryImport(Library)]
    internal static partial int shutdown(nint socket, int how);

    [LibraryImport(Library)]
    internal static partial int closesocket(nint socket);
}
