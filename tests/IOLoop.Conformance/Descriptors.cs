using System.Runtime.InteropServices;

namespace IOLoops.Conformance;

/// <summary>Descriptors by number, as far as a system has them.</summary>
public static class Descriptors
{
    private static readonly IDescriptorSystem System = OperatingSystem.IsWindows() ? new WindowsDescriptors() : new UnixDescriptors();

    /// <summary>How many descriptors this process may have.</summary>
    public static int Maximum => System.Maximum;

    /// <summary>Moves a descriptor to a number that is not used a second time in this process.</summary>
    public static int Unique(int fd)
    {
        int unique = Duplicate(fd);
        Close(fd);
        return unique;
    }

    /// <summary>A second number of the same open file description.</summary>
    public static int Duplicate(int fd) => System.Duplicate(fd, 0);

    /// <summary>A second number of the same open file description, not lower than <paramref name="lowest"/>.</summary>
    public static int DuplicateAbove(int fd, int lowest) => System.Duplicate(fd, lowest);

    /// <summary>Closes what <paramref name="number"/> stands for and gives it another meaning, in one step.</summary>
    public static void Replace(int number, int by) => System.Replace(number, by);

    /// <summary>Whether a number stands for an open file.</summary>
    public static bool IsOpen(nint fd) => System.IsOpen(fd);

    /// <summary>A number that stands for nothing.</summary>
    public static int Unused() => System.Unused();

    /// <summary>Closes a number; one that is closed already is no error.</summary>
    public static void Close(int fd) => System.Close(fd);

    /// <summary>Opens a file to read and write.</summary>
    public static int Open(string path) => System.OpenFile(path);

    /// <summary>Tells the peer of a socket that nothing more will come.</summary>
    public static void ShutdownWrite(int fd) => System.ShutdownWrite(fd);

    /// <summary>Writes that many bytes.</summary>
    public static void Write(int fd, int count = 1)
    {
        Span<byte> bytes = stackalloc byte[count];
        if (System.Write(fd, bytes) < 0)
            throw new IOException($"Writing to {fd} failed.");
    }

    /// <summary>Writes until no more will go in.</summary>
    public static void Fill(int fd)
    {
        Span<byte> page = stackalloc byte[4096];
        while (System.Write(fd, page) > 0)
            continue;
    }

    /// <summary>Reads what is there, up to 4096 bytes; returns how many.</summary>
    public static int Read(int fd)
    {
        int count = System.Read(fd, stackalloc byte[4096]);
        return count >= 0 ? count : throw new IOException($"Reading from {fd} failed.");
    }

    internal static int Check(int result, string call) => result >= 0
        ? result
        : throw new IOException($"{call}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    internal static (int Read, int Write) NewPipe() => System.Pipe();

    internal static (int Left, int Right) NewSocketPair() => System.SocketPair();

    internal static (int Number, int Partner) NewSignal() => System.Signal();

    internal static void RaiseSignal(int partner) => System.RaiseSignal(partner);
}
