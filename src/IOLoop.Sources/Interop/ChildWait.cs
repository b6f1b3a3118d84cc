namespace IOLoops.Sources.Interop;

/// <summary>Asks how a child of this process ended: <c>waitid</c> for that one child, never for any.</summary>
internal static unsafe class ChildWait
{
    private const int SizeOfInformation = 128;
    private const int Exited = 1;           // CLD_EXITED
    private const int DontWait = 1;         // WNOHANG

    private static readonly int OneProcess = OperatingSystem.IsFreeBSD() ? 0 : 1;       // P_PID
    private static readonly int Ended = OperatingSystem.IsFreeBSD() ? 16 : 4;           // WEXITED
    private static readonly int Keep = OperatingSystem.IsLinux() ? 0x01000000 : OperatingSystem.IsMacOS() ? 0x20 : 8; // WNOWAIT

    // siginfo_t: Linux aligns what follows three ints.
    private static readonly int OffsetOfId = OperatingSystem.IsLinux() ? 16 : 12;
    private static readonly int OffsetOfStatus = OperatingSystem.IsLinux() ? 24 : 20;
    private static readonly int OffsetOfCode = 8;

    /// <param name="id">The child.</param>
    /// <param name="keep">Whether it stays a zombie, whose number no other process gets.</param>
    /// <param name="status">How it ended.</param>
    /// <returns>Zero; EAGAIN: it still runs; ECHILD: other code has reaped it already.</returns>
    internal static int Ask(int id, bool keep, out ExitStatus status) => Ask(id, Ended | DontWait | (keep ? Keep : 0), out status);

    /// <summary>Blocks until it has ended, and keeps it.</summary>
    internal static void Block(int id) => Ask(id, Ended | Keep, out _);

    private static int Ask(int id, int options, out ExitStatus status)
    {
        byte* information = stackalloc byte[SizeOfInformation];
        new Span<byte>(information, SizeOfInformation).Clear();
        status = default;
        while (Libc.waitid(OneProcess, id, information, options) < 0)
        {
            int errno = Errno.Last;
            if (errno != Errno.EINTR)
                return errno;
        }
        if (*(int*)(information + OffsetOfId) == 0)
            return Errno.EAGAIN;
        int value = *(int*)(information + OffsetOfStatus);
        status = *(int*)(information + OffsetOfCode) == Exited ? ExitStatus.FromCode(value & 0xff) : ExitStatus.FromSignal(value & 0x7f);
        return Errno.Ok;
    }
}
