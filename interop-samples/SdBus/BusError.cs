using System.Runtime.InteropServices;

namespace IOLoops.Samples;

/// <summary>sd_bus_error.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BusError
{
    internal byte* Name;
    internal byte* Message;
    internal int MustBeFreed;
}
