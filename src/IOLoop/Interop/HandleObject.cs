using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IOLoops.Interop;

/// <summary>What is behind a handle of Windows.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe class HandleObject
{
    internal const uint Synchronize = 0x100000; // the right to wait

    private const int RoomForType = 1024;

    /// <summary>The rights that the handle was opened with.</summary>
    /// <returns>False: there is no such handle.</returns>
    internal static bool TryGetAccess(nint handle, out uint access)
    {
        Basic basic;
        uint needed;
        int status = Ntdll.NtQueryObject(handle, Ntdll.BasicInformation, &basic, (uint)sizeof(Basic), &needed);
        access = status < 0 ? 0 : basic.Access;
        return status >= 0;
    }

    /// <summary>Whether the handle is a mutex's, which the kernel calls a mutant.</summary>
    internal static bool IsMutex(nint handle)
    {
        byte* buffer = stackalloc byte[RoomForType];
        uint needed;
        if (Ntdll.NtQueryObject(handle, Ntdll.TypeInformation, buffer, RoomForType, &needed) < 0)
            return false;
        var name = (Name*)buffer; // the structure begins with it
        return new ReadOnlySpan<char>(name->Characters, name->Bytes / sizeof(char)).SequenceEqual("Mutant");
    }

    /// <summary>OBJECT_BASIC_INFORMATION; of what follows nothing is read.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 56)]
    private struct Basic
    {
        internal uint Attributes;
        internal uint Access;
    }

    /// <summary>UNICODE_STRING.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Name
    {
        internal ushort Bytes;
        internal ushort Room;
        internal char* Characters;
    }
}
