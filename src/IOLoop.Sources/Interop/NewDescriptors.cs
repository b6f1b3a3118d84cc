namespace IOLoops.Sources.Interop;

/// <summary>Pairs of descriptors, non-blocking and closed in child processes.</summary>
internal static unsafe class NewDescriptors
{
    private const int SetFlags = 4;             // F_SETFL
    private const int SetDescriptorFlags = 2;   // F_SETFD
    private const int ClosedByExec = 1;         // FD_CLOEXEC

    internal static void Pipe(int* ends)
    {
        CheckSystem();
        if (HasFlags)
        {
            Errno.Check(Libc.pipe2(ends, Libc.CloseOnExec | Libc.NonBlocking), "pipe2");
            return;
        }
        Errno.Check(Libc.pipe(ends), "pipe");
        SetUp(ends);
    }

    internal static void SocketPair(int* ends)
    {
        CheckSystem();
        if (HasFlags)
        {
            int flags = OperatingSystem.IsFreeBSD() ? 0x30000000 : Libc.CloseOnExec | Libc.NonBlocking;
            Errno.Check(Libc.socketpair(Libc.UnixDomain, Libc.StreamSocket | flags, 0, ends), "socketpair");
            return;
        }
        Errno.Check(Libc.socketpair(Libc.UnixDomain, Libc.StreamSocket, 0, ends), "socketpair");
        SetUp(ends);
    }

    private static bool HasFlags => !OperatingSystem.IsMacOS();

    // Not in one step: a child that another thread starts meanwhile inherits them. macOS has no other way.
    private static void SetUp(int* ends)
    {
        for (int i = 0; i < 2; i++)
        {
            _ = Libc.fcntl(ends[i], SetDescriptorFlags, ClosedByExec);
            _ = Libc.fcntl(ends[i], SetFlags, Libc.NonBlocking);
        }
    }

    private static void CheckSystem()
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("On Windows a loop can wait for sockets only. Connect two sockets, and make a LoopStream of each.");
    }
}
