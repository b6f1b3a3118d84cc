using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Samples;

/// <summary>
/// What sort of file something is. A log must be a regular one: others may have no end, no positions, or nothing to read
/// until somebody writes. Of .NET's own attributes none tells them apart.
/// </summary>
internal static class FileKind
{
    private const int WorkingDirectory = -100;
    private const int DescriptorItself = 0x1000;
    private const uint WantType = 0x1;
    private const int TypeMask = 0xf000;
    private const int Regular = 0x8000;

    /// <summary>Follows links, and does not open it.</summary>
    /// <returns>Null: it cannot be told; the commonest reason is that there is none.</returns>
    internal static bool? IsRegular(string path) => Of(WorkingDirectory, path, 0);

    /// <returns>Null: it cannot be told.</returns>
    internal static bool? IsRegular(SafeFileHandle file) => Of((int)file.DangerousGetHandle(), "", DescriptorItself);

    private static bool? Of(int descriptor, string path, int flags) =>
        statx(descriptor, path, flags, WantType, out var status) == 0 ? (status.Mode & TypeMask) == Regular : null;

    // Unlike stat, it is laid out in the same way on every processor.
    [DllImport("libc")]
    private static extern int statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, out Status status);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(28)]
        internal ushort Mode;
    }
}
