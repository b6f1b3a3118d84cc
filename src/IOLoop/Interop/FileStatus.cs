using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace IOLoops.Interop;

/// <summary>What <c>fstat(2)</c> of macOS and FreeBSD says of a descriptor.</summary>
internal readonly record struct FileStatus(FileIdentity Identity, FileKind Kind)
{
    private const int Size = 256; // FreeBSD's is the larger, with 224 bytes

    /// <summary>0 and the status, or errno.</summary>
    internal static unsafe int Of(int fd, out FileStatus status)
    {
        status = default;
        byte* buffer = stackalloc byte[Size];
        bool inode64 = OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.X64;
        if ((inode64 ? LibcBsd.fstat_inode64(fd, buffer) : LibcBsd.fstat(fd, buffer)) < 0)
            return Errno.Last;
        var bytes = new ReadOnlySpan<byte>(buffer, Size);
        status = OperatingSystem.IsFreeBSD() ? ReadFreeBsd(bytes) : ReadMac(bytes);
        return Errno.Ok;
    }

    // dev_t (4), mode (2), nlink (2), ino (8)
    internal static FileStatus ReadMac(ReadOnlySpan<byte> status) => new(
        new FileIdentity(BinaryPrimitives.ReadUInt64LittleEndian(status[8..]), 0, BinaryPrimitives.ReadUInt32LittleEndian(status)),
        KindOf(BinaryPrimitives.ReadUInt16LittleEndian(status[4..])));

    // dev_t (8), ino (8), nlink (8), mode (2)
    internal static FileStatus ReadFreeBsd(ReadOnlySpan<byte> status)
    {
        ulong device = BinaryPrimitives.ReadUInt64LittleEndian(status);
        return new(
            new FileIdentity(BinaryPrimitives.ReadUInt64LittleEndian(status[8..]), (uint)(device >> 32), (uint)device),
            KindOf(BinaryPrimitives.ReadUInt16LittleEndian(status[24..])));
    }

    internal static FileKind KindOf(int mode) => (mode & 0xf000) switch
    {
        0xc000 => FileKind.Socket,
        0x1000 => FileKind.Pipe,
        0x2000 => FileKind.Device,
        0x8000 or 0x4000 or 0x6000 => FileKind.AlwaysReady, // regular files, directories, block devices
        _ => FileKind.Other,
    };
}
