using System.Runtime.InteropServices;

namespace IOLoops.Conformance;

internal static unsafe partial class Winsock
{
    internal const int ShutdownSend = 1;

    private const string Library = "ws2_32.dll";

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int closesocket(nint socket);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int shutdown(nint socket, int how);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int getsockname(nint socket, byte* address, int* length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int send(nint socket, byte* bytes, int count, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int recv(nint socket, byte* bytes, int count, int flags);
}
