using System.Runtime.InteropServices;

namespace IOLoops.Sources.Interop;

/// <summary>A folder that is open to be watched and listed: both concern the same folder, whatever happens to its path meanwhile.</summary>
internal sealed unsafe class OpenFolder : IDisposable
{
    private const int TypeAt = 18; // of struct dirent of 64-bit Linux, in glibc and musl
    private const int NameAt = 19;
    private const byte UnknownType = 0;
    private const byte FolderType = 4;

    private nint _stream;
    private bool _isDisposed;

    private OpenFolder(string path, int descriptor)
    {
        Path = path;
        Descriptor = descriptor;
    }

    internal int Descriptor { get; }

    /// <summary>The <see cref="RawPath"/> that it was opened with.</summary>
    internal string Path { get; }

    /// <param name="path">A <see cref="RawPath"/>.</param>
    /// <param name="follow">Whether the last part of the path may be a link.</param>
    /// <param name="errno">Why not, when null is returned.</param>
    internal static OpenFolder? TryOpen(string path, bool follow, out int errno)
    {
        int fd = Open(Libc.CurrentFolder, path, follow, out errno);
        return fd < 0 ? null : new OpenFolder(path, fd);
    }

    /// <summary>Opens a folder in this one, wherever this one is by now. Not a link to one.</summary>
    internal OpenFolder? TryOpen(string name, out int errno)
    {
        int fd = Open(Descriptor, name, follow: false, out errno);
        return fd < 0 ? null : new OpenFolder(RawPath.Combine(Path, name), fd);
    }

    /// <summary>What is in it: names as <see cref="RawPath"/>s. Once.</summary>
    internal List<(string Name, bool IsFolder)> ReadEntries()
    {
        var entries = new List<(string, bool)>();
        _stream = Libc.fdopendir(Descriptor);
        if (_stream == 0)
            throw Errno.Failure("fdopendir", Errno.Last); // no memory: an empty list would hide what is there
        while (true)
        {
            Marshal.SetLastSystemError(Errno.Ok); // the end of the folder leaves errno as it was
            byte* entry = Libc.readdir(_stream);
            int errno = entry is null ? Errno.Last : Errno.Ok;
            if (errno != Errno.Ok)
                throw Errno.Failure($"Reading the folder '{RawPath.Display(Path)}'", errno); // what is behind it would not be watched
            if (entry is null)
                return entries;
            string name = RawPath.FromBytes(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + NameAt));
            if (name is not ("." or ".."))
                entries.Add((name, entry[TypeAt] == UnknownType ? IsFolder(name) : entry[TypeAt] == FolderType));
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _ = _stream != 0 ? Libc.closedir(_stream) : Libc.close(Descriptor); // the stream owns the descriptor
    }

    /// <summary>For file systems that do not say the type of an entry.</summary>
    private bool IsFolder(string name)
    {
        int fd = Open(Descriptor, name, follow: false, out int errno);
        if (fd >= 0)
            _ = Libc.close(fd);
        return fd >= 0 || errno == Errno.EACCES;
    }

    private static int Open(int folder, string path, bool follow, out int errno)
    {
        int flags = Libc.ReadOnly | Libc.OnlyFolder | Libc.NonBlocking | Libc.CloseOnExec | (follow ? 0 : Libc.NoFollow);
        fixed (byte* bytes = RawPath.ToBytes(path))
        {
            int fd;
            do
            {
                fd = Libc.openat(folder, bytes, flags);
                errno = fd < 0 ? Errno.Last : Errno.Ok;
            }
            while (errno == Errno.EINTR);
            return fd;
        }
    }
}
