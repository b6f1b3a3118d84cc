using System.Runtime.InteropServices;

namespace IOLoops.Callbacks;

/// <summary>Room that keeps what one thread writes out of the cache line of what another writes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct CacheLine;
