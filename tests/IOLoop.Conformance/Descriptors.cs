using System.Runtime.InteropServices;

namespace IOLoops.Conformance;

/// <summary>
/// Descriptors by number. Those made here get numbers that are not used a second time in this process, so that a
/// test may close one and still know that its number is nobody else's.
/// </summary>
public static unsafe class Descriptors
{
    private const int Lowest = 2000;

    private static readonly int Limit = ReadLimit();
    private static int s_next;

    /// <summary>How many descriptors this process may have.</summary>
    public static int Maximum => Limit;

    /// <summary>Moves a descriptor to a number of its own.</summary>
    public static int Unique(int fd)
    {
        int unique = Duplicate(fd);
        Close(fd);
        return unique;
    }

    /// <summary>A second number of the same open file description.</summary>
    public static int Duplicate(int fd)
    {
        // A process with a small limit has to reuse numbers; its tests then must not run in parallel.
        int range = Limit - Lowest - 64;
        int lowest = range > Lowest ? Lowest + (Interlocked.Increment(ref s_next) % range) : 64;
        return DuplicateAbove(fd, lowest);
    }

    /// <summary>A second number of the same open file description, not lower than <paramref name="lowest"/>.</summary>
    public static int DuplicateAbove(int fd, int lowest) => Check(Libc.fcntl(fd, Libc.DuplicateCloseOnExec, lowest), "fcntl");

    /// <summary>Closes what <paramref name="number"/> stands for and gives it another meaning, in one step.</summary>
    public static void Replace(int number, int by) => Check(Libc.dup2(by, number), "dup2");

    /// <summary>Whether a number stands for an open file.</summary>
    public static bool IsOpen(nint fd) => Libc.fcntl((int)fd, Libc.GetDescriptorFlags, 0) >= 0;

    /// <summary>A number that stands for nothing.</summary>
    public static int Unused()
    {
        int fd = Unique(Check(Libc.eventfd(0, Libc.CloseOnExec), "eventfd"));
        Close(fd);
        return fd;
    }

    /// <summary>Closes a number; one that is closed already is no error.</summary>
    public static void Close(int fd) => _ = Libc.close(fd);

    /// <summary>Opens a file to read and write.</summary>
    public static int Open(string path) => Unique(Check(Libc.open(path, Libc.ReadWrite | Libc.CloseOnExec), "open"));

    /// <summary>Tells the peer of a socket that nothing more will come.</summary>
    public static void ShutdownWrite(int fd) => Check(Libc.shutdown(fd, Libc.ShutdownWrite), "shutdown");

    /// <summary>Writes that many bytes.</summary>
    public static void Write(int fd, int count = 1)
    {
        byte* bytes = stackalloc byte[count];
        Check((int)Libc.write(fd, bytes, (nuint)count), "write");
    }

    /// <summary>Reads what is there, up to 4096 bytes; returns how many.</summary>
    public static int Read(int fd)
    {
        byte* bytes = stackalloc byte[4096];
        return Check((int)Libc.read(fd, bytes, 4096), "read");
    }

    internal static int Check(int result, string call) => result >= 0
        ? result
        : throw new IOException($"{call}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    private static int ReadLimit()
    {
        ulong* limits = stackalloc ulong[2];
        Check(Libc.getrlimit(Libc.LimitOfFiles, limits), "getrlimit");
        return (int)Math.Min(limits[0], 1 << 20);
    }
}
