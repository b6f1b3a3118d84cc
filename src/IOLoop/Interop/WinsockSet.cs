namespace IOLoops.Interop;

/// <summary><c>fd_set</c> of Windows: a count and as many sockets.</summary>
internal unsafe struct WinsockSet
{
    internal uint Count;
    internal fixed ulong Sockets[Winsock.SetSize]; // SOCKET of 64-bit Windows
}
