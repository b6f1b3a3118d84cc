using System.Runtime.InteropServices;

namespace IOLoops.Interop;

/// <summary><c>UNICODE_STRING</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NtName
{
    internal ushort Length; // in bytes
    internal ushort Capacity;
    internal char* Characters;
}
