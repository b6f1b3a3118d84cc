using System.Runtime.InteropServices;

namespace IOLoops.Samples;

/// <summary>GSourceFuncs. A source without <see cref="Prepare"/> and <see cref="Check"/> is ready when its descriptors or its ready time are.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SourceFunctions
{
    internal nint Prepare;
    internal nint Check;
    internal delegate* unmanaged<nint, nint, nint, int> Dispatch;
    internal nint Finalize;
    internal nint ClosureCallback;
    internal nint ClosureMarshal;
}
