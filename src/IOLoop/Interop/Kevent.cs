namespace IOLoops.Interop;

/// <summary>
/// <c>struct kevent</c> as macOS has it: 32 bytes. FreeBSD's, since version 12, begins with the same fields and has four
/// more words behind them, which say nothing to us.
/// </summary>
internal struct Kevent
{
    internal nint Ident;
    internal short Filter;
    internal ushort Flags;
    internal uint FilterFlags;
    internal nint Data;
    internal ulong UserData;

    internal const int MacSize = 32;
    internal const int FreeBsdSize = 64;

    internal const short Read = -1;        // EVFILT_READ
    internal const short Write = -2;       // EVFILT_WRITE
    internal const short MacUser = -10;    // EVFILT_USER
    internal const short FreeBsdUser = -11;

    internal const ushort Add = 0x0001;
    internal const ushort Delete = 0x0002;
    internal const ushort Enable = 0x0004;
    internal const ushort Disable = 0x0008;
    internal const ushort OneShot = 0x0010;
    internal const ushort Clear = 0x0020;
    internal const ushort Receipt = 0x0040;
    internal const ushort Error = 0x4000;
    internal const ushort EndOfFile = 0x8000;

    internal const uint Trigger = 0x01000000; // NOTE_TRIGGER

    /// <summary>How far the kernel's structures are apart.</summary>
    internal static int Size => OperatingSystem.IsFreeBSD() ? FreeBsdSize : MacSize;

    internal static short User => OperatingSystem.IsFreeBSD() ? FreeBsdUser : MacUser;
}
