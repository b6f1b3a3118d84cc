using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IOLoops.Interop;

/// <summary>What the kernel knows about a handle.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Ntdll
{
    internal const int BasicInformation = 0; // OBJECT_BASIC_INFORMATION
    internal const int TypeInformation = 2;  // OBJECT_TYPE_INFORMATION, behind which its name is

    private const string Library = "ntdll.dll";

    /// <returns>An NTSTATUS: negative when it fails.</returns>
    [LibraryImport(Library)]
    internal static partial int NtQueryObject(nint handle, int kind, void* information, uint length, uint* needed);
}
