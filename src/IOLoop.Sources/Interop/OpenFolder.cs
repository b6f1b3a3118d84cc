using System.Runtime.InteropServices;

namespace IOLoops.Sources.Interop;

/// <summary>A folder that is open to be watched and listed: both concern the same folder, whatever happens to its path meanwhile.</summary>
internal sealed unsafe class OpenFolder : IDisposable
{
    private const int TypeAt = 18; // of struct dirent of 64-bit Linux, in glibc and musl
    private const int NameAt = 19;
    private const byte UnknownType = 0;
    private const byte FolderType = 4;

    private int _descriptor;

    private OpenFolder(string path, int descriptor)
    {
        Path = path;
        _descriptor = descriptor;
    }

    internal int Descriptor => _descriptor;

    /// <summary>The <see cref="RawPath"/> that it was opened with.</summary>
    internal string Path { get; }

    /// <param name="path">A <see cref="RawPath"/>.</param>
    /// <param name="follow">Whether the last part of the path may be a link.</param>
    /// <param name="errno">Why not, when null is returned.</param>
    internal static OpenFolder? TryOpen(string path, bool follow, out int errno)
    {
        int fd = Open(path, follow, out errno);
        return fd < 0 ? null : new OpenFolder(path, fd);
    }

    /// <summary>What is in it: names as <see cref="RawPath"/>s. Once.</summary>
    internal List<(string Name, bool IsFolder)> ReadEntries()
    {
        var entries = new List<(string, bool)>();
        nint stream = Libc.fdopendir(_descriptor);
        if (stream == 0)
            return entries;
        _descriptor = -1; // the stream's now
        try
        {
            while (true)
            {
                byte* entry = Libc.readdir(stream);
                if (entry is null)
                    return entries; // the end; or an error of the disk, which leaves nothing more to list
                string name = RawPath.FromBytes(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + NameAt));
                if (name is not ("." or ".."))
                    entries.Add((name, entry[TypeAt] == UnknownType ? IsFolder(RawPath.Combine(Path, name)) : entry[TypeAt] == FolderType));
            }
        }
        finally
        {
            _ = Libc.closedir(stream);
        }
    }

    public void Dispose()
    {
        if (_descriptor >= 0)
            _ = Libc.close(_descriptor);
        _descriptor = -1;
    }

    /// <summary>For file systems that do not say the type of an entry.</summary>
    private static bool IsFolder(string path)
    {
        int fd = Open(path, follow: false, out int errno);
        if (fd >= 0)
            _ = Libc.close(fd);
        return fd >= 0 || errno == Errno.EACCES;
    }

    private static int Open(string path, bool follow, out int errno)
    {
        int flags = Libc.ReadOnly | Libc.OnlyFolder | Libc.NonBlocking | Libc.CloseOnExec | (follow ? 0 : Libc.NoFollow);
        fixed (byte* bytes = RawPath.ToBytes(path))
        {
            int fd;
            do
            {
                fd = Libc.OpenBytes(bytes, flags);
                errno = fd < 0 ? Errno.Last : Errno.Ok;
            }
            while (errno == Errno.EINTR);
            return fd;
        }
    }
}
