using System.Runtime.InteropServices;

namespace IOLoops.Sources.Interop;

/// <summary>STARTUPINFOEXW.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct StartupInformation
{
    internal const uint UsesHandles = 0x100; // STARTF_USESTDHANDLES

    internal uint Size;
    internal nint Reserved;
    internal nint Desktop;
    internal nint Title;
    internal uint X;
    internal uint Y;
    internal uint Width;
    internal uint Height;
    internal uint Columns;
    internal uint Rows;
    internal uint Fill;
    internal uint Flags;
    internal ushort ShowWindow;
    internal ushort ReservedSize;
    internal nint ReservedBytes;
    internal nint Input;
    internal nint Output;
    internal nint Error;
    internal void* Attributes;
}
