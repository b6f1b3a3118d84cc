using System.Runtime.InteropServices;

namespace IOLoops.Samples;

/// <summary>GPollFD, which is the system's struct pollfd.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    internal int Descriptor;
    internal ushort Events;
    internal ushort Ready;
}
