using System.Runtime.InteropServices;

namespace IOLoops.Interop;

/// <summary><c>OVERLAPPED_ENTRY</c>: what a completion port gives out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CompletionEntry
{
    internal nuint Key;
    internal nint Poll; // the request's context: a pointer to an AfdPoll; 0 of a posted packet
    internal nuint Status;
    internal uint Bytes;
}
