using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Samples;

/// <summary>A pseudoterminal: the side of it that a program reads and writes while a command takes the other for its terminal.</summary>
internal sealed class Pty : IDisposable
{
    private const int ReadWrite = 0x2;
    private const int NoControllingTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const nuint GetWindowSize = 0x5413;
    private const nuint SetWindowSize = 0x5414;

    private Pty(SafeFileHandle handle, string name)
    {
        Handle = handle;
        Name = name;
    }

    /// <summary>Readable when the command has written something, or when nobody has its side open any more.</summary>
    internal SafeFileHandle Handle { get; }

    /// <summary>The path of the command's side.</summary>
    internal string Name { get; }

    /// <exception cref="IOException">The system has none to give.</exception>
    internal static Pty Open()
    {
        int descriptor = posix_openpt(ReadWrite | NoControllingTerminal | NonBlocking | CloseOnExec);
        if (descriptor < 0)
            throw Libc.Failure("posix_openpt");
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        byte[] name = new byte[128];
        int errno = grantpt(descriptor) < 0 || unlockpt(descriptor) < 0
            ? Marshal.GetLastPInvokeError()
            : ptsname_r(descriptor, name, name.Length);
        if (errno == 0)
            return new Pty(handle, Encoding.UTF8.GetString(name.AsSpan(0, Array.IndexOf(name, (byte)0))));
        handle.Dispose();
        throw Libc.Failure("a new pty", errno);
    }

    /// <summary>The kernel tells the command by SIGWINCH.</summary>
    internal void Resize(int columns, int rows) => Resize((int)Handle.DangerousGetHandle(), columns, rows);

    /// <summary>The size of any terminal.</summary>
    internal static void Resize(int terminal, int columns, int rows)
    {
        var size = new WindowSize((ushort)rows, (ushort)columns, 0, 0);
        if (ioctl(terminal, SetWindowSize, ref size) < 0)
            throw Libc.Failure("ioctl(TIOCSWINSZ)");
    }

    /// <summary>The size of any terminal; 0: it has none.</summary>
    internal static (int Columns, int Rows) SizeOf(int terminal)
    {
        var size = default(WindowSize);
        return ioctl(terminal, GetWindowSize, ref size) < 0 ? throw Libc.Failure("ioctl(TIOCGWINSZ)") : (size.Columns, size.Rows);
    }

    /// <summary>A command that still has its side open gets SIGHUP, as when a terminal's window is closed.</summary>
    public void Dispose() => Handle.Dispose();

    [DllImport("libc", SetLastError = true)]
    private static extern int posix_openpt(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int grantpt(int fd);

    [DllImport("libc", SetLastError = true)]
    private static extern int unlockpt(int fd);

    [DllImport("libc")]
    private static extern int ptsname_r(int fd, byte[] name, nint size);

    // Variadic in C, which on Linux is called in the same way.
    [DllImport("libc", SetLastError = true)]
    private static extern int ioctl(int fd, nuint request, ref WindowSize size);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct WindowSize(ushort Rows, ushort Columns, ushort Width, ushort Height);
}
