namespace IOLoops.Sources.Interop;

/// <summary>The calls that serve a terminal or a serial line; numbers of Linux on x86, Arm and RISC-V.</summary>
internal static unsafe class TerminalControl
{
    internal const int DataTerminalReady = 0x2;
    internal const int RequestToSend = 0x4;
    internal const int ClearToSend = 0x20;
    internal const int CarrierDetect = 0x40;
    internal const int RingIndicator = 0x80;
    internal const int DataSetReady = 0x100;

    private const nuint GetAttributes = 0x802c542a; // TCGETS2
    private const nuint SetAttributes = 0x402c542b; // TCSETS2: at once, as the others may wait for what is still to be sent
    private const nuint GetLines = 0x5415;          // TIOCMGET
    private const nuint RaiseLines = 0x5416;        // TIOCMBIS
    private const nuint LowerLines = 0x5417;        // TIOCMBIC
    private const nuint StartBreak = 0x5427;        // TIOCSBRK
    private const nuint EndBreak = 0x5428;          // TIOCCBRK

    /// <exception cref="IOException">It is no terminal.</exception>
    internal static Termios2 Get(FileDescriptor fd)
    {
        Termios2 settings;
        Control(fd, GetAttributes, &settings, "Reading the settings of a serial line");
        return settings;
    }

    internal static void Set(FileDescriptor fd, Termios2 settings) => Control(fd, SetAttributes, &settings, "Changing the settings of a serial line");

    internal static bool HasLine(FileDescriptor fd, int line)
    {
        int lines = 0;
        Control(fd, GetLines, &lines, "Reading the modem lines");
        return (lines & line) != 0;
    }

    internal static void SetLine(FileDescriptor fd, int line, bool value) =>
        Control(fd, value ? RaiseLines : LowerLines, &line, "Changing a modem line");

    internal static void SetBreak(FileDescriptor fd, bool value) => Control(fd, value ? StartBreak : EndBreak, null, "Sending a break");

    private static void Control(FileDescriptor fd, nuint request, void* argument, string what)
    {
        using var hold = new DescriptorHold(fd);
        while (Libc.ioctl(hold.Fd, request, argument) < 0)
        {
            int errno = Errno.Last;
            if (errno == Errno.ENOTTY)
                throw new IOException($"{what} failed: {Errno.Describe(errno)}. The device has none: it is no serial line, or one that is emulated.", errno);
            if (errno != Errno.EINTR)
                throw Errno.Failure(what, errno);
        }
    }
}
