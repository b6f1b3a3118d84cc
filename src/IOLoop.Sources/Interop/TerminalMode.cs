using System.Runtime.InteropServices;
using System.Text;

namespace IOLoops.Sources.Interop;

/// <summary>Makes pseudo-terminals, and asks and sets what a terminal is set to. By number; the callers hold the descriptor.</summary>
internal static unsafe partial class TerminalMode
{
    internal const int SizeOfSettings = 128; // termios: 72 bytes at most, on macOS

    private const int SizeOfName = 128;
    private const string Library = "libc";

    private static readonly nuint GetWindowSize = OperatingSystem.IsLinux() ? 0x5413 : (nuint)0x40087468;   // TIOCGWINSZ
    private static readonly nuint SetWindowSize = OperatingSystem.IsLinux() ? 0x5414 : (nuint)0x80087467;   // TIOCSWINSZ

    /// <summary>A new pseudo-terminal, non-blocking and closed in child processes.</summary>
    /// <exception cref="IOException">The system has none left.</exception>
    internal static int Open()
    {
        int flags = Libc.ReadWrite | Libc.NoControllingTerminal;
        if (!OperatingSystem.IsMacOS())
            flags |= Libc.CloseOnExec;
        if (OperatingSystem.IsLinux())
            flags |= Libc.NonBlocking; // which FreeBSD refuses
        int fd = Errno.Check(posix_openpt(flags), "Opening a pseudo-terminal");
        if (OperatingSystem.IsMacOS())
            _ = Libc.fcntl(fd, 2, 1);                                           // F_SETFD, FD_CLOEXEC
        if (!OperatingSystem.IsLinux())
            _ = Libc.fcntl(fd, 4, Libc.ReadWrite | Libc.NonBlocking);           // F_SETFL
        return fd;
    }

    /// <summary>The path of the other end, which may be opened after this.</summary>
    internal static string UnlockOtherEnd(int fd)
    {
        Errno.Check(grantpt(fd), "grantpt");
        Errno.Check(unlockpt(fd), "unlockpt");
        byte* name = stackalloc byte[SizeOfName];
        int errno = ptsname_r(fd, name, SizeOfName);
        return errno == 0 ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)) : throw Errno.Failure("ptsname_r", errno);
    }

    internal static (int Columns, int Rows) GetSize(int fd)
    {
        ushort* size = stackalloc ushort[4];
        Errno.Check(Control(fd, GetWindowSize, size), "Asking for a terminal's size");
        return (size[1], size[0]);
    }

    internal static void SetSize(int fd, int columns, int rows)
    {
        ushort* size = stackalloc ushort[4];
        size[0] = (ushort)rows;
        size[1] = (ushort)columns;
        Errno.Check(Control(fd, SetWindowSize, size), "Setting a terminal's size");
    }

    internal static void GetSettings(int fd, byte* settings) => Errno.Check(tcgetattr(fd, settings), "tcgetattr");

    /// <summary>At once; what was typed and not read stays.</summary>
    internal static void SetSettings(int fd, byte* settings)
    {
        while (tcsetattr(fd, 0, settings) < 0)
        {
            int errno = Errno.Last;
            if (errno != Errno.EINTR)
                throw Errno.Failure("tcsetattr", errno);
        }
    }

    /// <summary>No line editing, no echo, no signals from keys, no translation.</summary>
    internal static void MakeRaw(byte* settings) => cfmakeraw(settings);

    private static int Control(int fd, nuint request, void* argument) =>
        Libc.PassesVariadicOnStack ? ioctl_on_stack(fd, request, 0, 0, 0, 0, 0, 0, argument) : Libc.ioctl(fd, request, argument);

    [LibraryImport(Library)]
    private static partial int posix_openpt(int flags);

    [LibraryImport(Library)]
    private static partial int grantpt(int fd);

    [LibraryImport(Library)]
    private static partial int unlockpt(int fd);

    [LibraryImport(Library)]
    private static partial int ptsname_r(int fd, byte* name, nuint size);

    [LibraryImport(Library)]
    private static partial int tcgetattr(int fd, byte* settings);

    [LibraryImport(Library)]
    private static partial int tcsetattr(int fd, int when, byte* settings);

    [LibraryImport(Library)]
    private static partial void cfmakeraw(byte* settings);

    [LibraryImport(Library, EntryPoint = "ioctl")]
    private static partial int ioctl_on_stack(int fd, nuint request, nint r2, nint r3, nint r4, nint r5, nint r6, nint r7, void* argument);
}
