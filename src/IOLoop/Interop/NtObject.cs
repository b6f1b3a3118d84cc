using System.Runtime.InteropServices;

namespace IOLoops.Interop;

/// <summary><c>OBJECT_ATTRIBUTES</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NtObject
{
    internal int Length;
    internal nint Root;
    internal NtName* Name;
    internal uint Attributes;
    internal nint SecurityDescriptor;
    internal nint SecurityQuality;
}
