using System.Runtime.InteropServices;

namespace IOLoops.Samples;

/// <summary>
/// What <c>posix_spawn</c> does in the child before the command runs. Managed code cannot do it: after a fork only the
/// calling thread exists, and neither the garbage collector nor any lock can be relied upon.
/// </summary>
internal sealed class SpawnAttributes : IDisposable
{
    private const int SizeOfOpaque = 1024; // glibc's largest is 336 bytes, musl's 336
    private const int ReadWrite = 0x2;
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;

    // Ignored by the runtime (SIGPIPE) or by a shell that started this program in the background.
    private static readonly int[] SignalsToRestore = [(int)UnixSignal.HangUp, (int)UnixSignal.Interrupt, (int)UnixSignal.Quit, (int)UnixSignal.Pipe, (int)UnixSignal.Terminate];

    private bool _hasFileActions;
    private bool _hasAttributes;

    /// <exception cref="IOException">There is no memory left.</exception>
    internal SpawnAttributes(string terminal)
    {
        try
        {
            Prepare(terminal);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal nint FileActions { get; } = Marshal.AllocHGlobal(SizeOfOpaque);

    internal nint Attributes { get; } = Marshal.AllocHGlobal(SizeOfOpaque);

    public void Dispose()
    {
        if (_hasFileActions)
            _ = posix_spawn_file_actions_destroy(FileActions);
        if (_hasAttributes)
            _ = posix_spawnattr_destroy(Attributes);
        Marshal.FreeHGlobal(FileActions);
        Marshal.FreeHGlobal(Attributes);
    }

    private void Prepare(string terminal)
    {
        Check(posix_spawn_file_actions_init(FileActions));
        _hasFileActions = true;
        Check(posix_spawnattr_init(Attributes));
        _hasAttributes = true;

        // The first terminal that the leader of a new session opens becomes its controlling terminal: Ctrl-C, job control
        // and the hang-up signal then work as in any terminal.
        Check(posix_spawn_file_actions_addopen(FileActions, 0, terminal, ReadWrite, 0));
        Check(posix_spawn_file_actions_adddup2(FileActions, 0, 1));
        Check(posix_spawn_file_actions_adddup2(FileActions, 0, 2));

        byte[] signals = new byte[SizeOfOpaque];
        _ = sigemptyset(signals);
        Check(posix_spawnattr_setsigmask(Attributes, signals));
        foreach (int signal in SignalsToRestore)
            _ = sigaddset(signals, signal);
        Check(posix_spawnattr_setsigdefault(Attributes, signals));
        Check(posix_spawnattr_setflags(Attributes, SetSession | SetSignalMask | SetSignalDefaults));
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw Libc.Failure("posix_spawn", error);
    }

    [DllImport("libc")]
    private static extern int posix_spawn_file_actions_init(nint actions);

    [DllImport("libc")]
    private static extern int posix_spawn_file_actions_addopen(nint actions, int fd, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mode);

    [DllImport("libc")]
    private static extern int posix_spawn_file_actions_adddup2(nint actions, int fd, int newFd);

    [DllImport("libc")]
    private static extern int posix_spawn_file_actions_destroy(nint actions);

    [DllImport("libc")]
    private static extern int posix_spawnattr_init(nint attributes);

    [DllImport("libc")]
    private static extern int posix_spawnattr_setflags(nint attributes, short flags);

    [DllImport("libc")]
    private static extern int posix_spawnattr_setsigmask(nint attributes, byte[] signals);

    [DllImport("libc")]
    private static extern int posix_spawnattr_setsigdefault(nint attributes, byte[] signals);

    [DllImport("libc")]
    private static extern int posix_spawnattr_destroy(nint attributes);

    [DllImport("libc")]
    private static extern int sigemptyset(byte[] set);

    [DllImport("libc")]
    private static extern int sigaddset(byte[] set, int signal);
}
