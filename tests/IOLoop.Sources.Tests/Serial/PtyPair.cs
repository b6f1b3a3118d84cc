using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Shouldly;

namespace IOLoops.Sources.Tests.Serial;

/// <summary>A pty, which stands for a serial line: one side is opened by path, the other is a stream's.</summary>
internal sealed unsafe class PtyPair : IDisposable
{
    private const int ReadWrite = 2;
    private const int NoControllingTerminal = 0x100;
    private const int CloseOnExec = 0x80000;
    private const nuint GetNumber = 0x80045430; // TIOCGPTN
    private const nuint SetLock = 0x40045431;   // TIOCSPTLCK
    private const nuint GetSettings = 0x802c542a;

    private readonly SafeFileHandle _keeper; // keeps the settings, and the pty from hanging up between two openings

    internal PtyPair()
    {
        int fd = posix_openpt(ReadWrite | NoControllingTerminal | CloseOnExec);
        fd.ShouldBeGreaterThanOrEqualTo(0);
        int number = 0;
        ioctl(fd, SetLock, &number).ShouldBe(0);
        ioctl(fd, GetNumber, &number).ShouldBe(0);
        Side = new SafeFileHandle(fd, ownsHandle: true);
        Path = $"/dev/pts/{number}";
        fixed (byte* path = System.Text.Encoding.ASCII.GetBytes(Path + "\0"))
            _keeper = new SafeFileHandle(open(path, ReadWrite | NoControllingTerminal | CloseOnExec), ownsHandle: true);
        _keeper.IsInvalid.ShouldBeFalse();
    }

    internal SafeFileHandle Side { get; }

    internal string Path { get; }

    /// <summary>Input, output, control and local modes, the line discipline and the control characters, and both speeds: a termios2.</summary>
    internal uint[] Settings
    {
        get
        {
            uint[] settings = new uint[11];
            fixed (uint* start = settings)
                ioctl((int)_keeper.DangerousGetHandle(), GetSettings, start).ShouldBe(0);
            return settings;
        }
    }

    public void Dispose()
    {
        Side.Dispose();
        _keeper.Dispose();
    }

    [DllImport("libc")]
    private static extern int posix_openpt(int flags);

    [DllImport("libc")]
    private static extern int open(byte* path, int flags);

    [DllImport("libc")]
    private static extern int ioctl(int fd, nuint request, void* argument);
}
