using System.Globalization;

namespace IOLoops.Sources.Interop;

/// <summary>
/// Starts a program with <c>posix_spawn</c>, which does in the child what managed code cannot: after a fork only the calling thread
/// exists, and neither the garbage collector nor any lock can be relied upon. The program's own failure to start comes back as an errno.
/// </summary>
internal static unsafe class Spawner
{
    private const int SizeOfOpaque = 1024;  // the largest is 336 bytes, on Linux
    private const int FirstOfOthers = 3;    // the descriptors after the standard streams
    private const int HighestSignal = 64;
    private const int SIGPIPE = 13;

    private const short ClosesByDefault = 0x4000;   // POSIX_SPAWN_CLOEXEC_DEFAULT of macOS
    private const short SetProcessGroup = 0x02;     // POSIX_SPAWN_SETPGROUP

    private static readonly short SetDefaults = (short)(OperatingSystem.IsFreeBSD() ? 0x10 : 0x04); // POSIX_SPAWN_SETSIGDEF
    private static readonly short SetMask = (short)(OperatingSystem.IsFreeBSD() ? 0x20 : 0x08);     // POSIX_SPAWN_SETSIGMASK
    private static readonly short SetSession = (short)(OperatingSystem.IsMacOS() ? 0x400 : 0x80);   // POSIX_SPAWN_SETSID
    private static readonly int SIGSTOP = OperatingSystem.IsLinux() ? 19 : 17;

    private static volatile bool s_closesOthers = !OperatingSystem.IsMacOS(); // posix_spawn_file_actions_addclosefrom_np

    /// <returns>Zero, or why the program was not started.</returns>
    /// <exception cref="PlatformNotSupportedException">The C library has no way to do what is asked for.</exception>
    internal static int Spawn(SpawnRequest request, out int id)
    {
        if (request.NewSession && OperatingSystem.IsFreeBSD())
            throw new PlatformNotSupportedException("posix_spawn of FreeBSD cannot begin a session. Use NewProcessGroup, or start the program through setsid(1).");
        byte* actions = stackalloc byte[SizeOfOpaque];
        byte* attributes = stackalloc byte[SizeOfOpaque];
        Check(Libc.posix_spawn_file_actions_init(actions));
        try
        {
            Check(Libc.posix_spawnattr_init(attributes));
            try
            {
                AddActions(actions, request);
                SetAttributes(attributes, request);
                using var arguments = new NativeStrings(request.Arguments);
                using var environment = new NativeStrings(request.Environment);
                int child;
                int error = Libc.posix_spawn(&child, request.Path, actions, attributes, arguments.Pointers, environment.Pointers);
                id = error == 0 ? child : 0;
                return error;
            }
            finally
            {
                _ = Libc.posix_spawnattr_destroy(attributes);
            }
        }
        finally
        {
            _ = Libc.posix_spawn_file_actions_destroy(actions);
        }
    }

    private static void AddActions(byte* actions, SpawnRequest request)
    {
        // The first terminal that the leader of a new session opens becomes its controlling one: so it is opened there, not here.
        if (request.Terminal is { } terminal)
        {
            Check(Libc.posix_spawn_file_actions_addopen(actions, 0, terminal, Libc.ReadWrite, 0));
            Check(Libc.posix_spawn_file_actions_adddup2(actions, 0, 1));
            Check(Libc.posix_spawn_file_actions_adddup2(actions, 0, 2));
        }
        else
        {
            AddStreams(actions, request);
        }
        if (request.WorkingDirectory is { } directory)
            AddDirectory(actions, directory);
        AddClosing(actions);
    }

    private static void AddStreams(byte* actions, SpawnRequest request)
    {
        for (int target = 0; target < FirstOfOthers; target++)
        {
            if (target == 2 && request.ErrorIsOutput)
                Check(Libc.posix_spawn_file_actions_adddup2(actions, 1, 2)); // 1 is what it will be by now
            else if (request.Sources[target] is { } source)
                Check(Libc.posix_spawn_file_actions_adddup2(actions, source, target));
            else if (OperatingSystem.IsMacOS())
                Check(Libc.posix_spawn_file_actions_addinherit_np(actions, target));
        }
    }

    private static void AddDirectory(byte* actions, string directory)
    {
        try
        {
            Check(Libc.posix_spawn_file_actions_addchdir_np(actions, directory));
        }
        catch (EntryPointNotFoundException exception)
        {
            throw new PlatformNotSupportedException(
                "WorkingDirectory needs posix_spawn_file_actions_addchdir_np, which this C library lacks (glibc 2.29, musl 1.1.24 and macOS 10.15 have it). Start the program through 'env -C'.", exception);
        }
    }

    /// <summary>Closes what the child would inherit by accident: a descriptor that some native library has opened without O_CLOEXEC.</summary>
    private static void AddClosing(byte* actions)
    {
        if (OperatingSystem.IsMacOS())
            return; // see ClosesByDefault
        if (s_closesOthers)
        {
            try
            {
                Check(Libc.posix_spawn_file_actions_addclosefrom_np(actions, FirstOfOthers));
                return;
            }
            catch (EntryPointNotFoundException)
            {
                s_closesOthers = false; // musl, and glibc before 2.34
            }
        }
        foreach (int inherited in FindInherited())
            Check(Libc.posix_spawn_file_actions_addclose(actions, inherited));
    }

    /// <summary>Those that are open now. One that another thread opens meanwhile is missed.</summary>
    private static List<int> FindInherited()
    {
        var found = new List<int>();
        string folder = OperatingSystem.IsLinux() ? "/proc/self/fd" : "/dev/fd";
        if (!Directory.Exists(folder))
            return found;
        foreach (string path in Directory.EnumerateFileSystemEntries(folder))
        {
            if (int.TryParse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int fd)
                && fd >= FirstOfOthers
                && (Libc.fcntl(fd, Libc.GetDescriptorFlags, 0) & Libc.ClosedByExec) == 0) // -1 when it is closed again
            {
                found.Add(fd);
            }
        }
        return found;
    }

    private static void SetAttributes(byte* attributes, SpawnRequest request)
    {
        byte* signals = stackalloc byte[SizeOfOpaque];
        _ = Libc.sigemptyset(signals);
        Check(Libc.posix_spawnattr_setsigmask(attributes, signals));
        AddDefaults(signals, request.NewSession);
        Check(Libc.posix_spawnattr_setsigdefault(attributes, signals));
        int flags = SetMask | SetDefaults;
        if (request.NewSession)
            flags |= (ushort)SetSession; // it leads a process group, too
        else if (request.NewProcessGroup)
            flags |= (ushort)SetProcessGroup;
        if (OperatingSystem.IsMacOS())
            flags |= (ushort)ClosesByDefault;
        Check(Libc.posix_spawnattr_setflags(attributes, (short)flags));
    }

    /// <summary>
    /// SIGPIPE is ignored by the runtime and SIGCHLD perhaps by what started this program, which is no concern of the child's. What else
    /// is ignored, by nohup or a shell's background job, stays so, except in a new session, which no shell controls.
    /// </summary>
    private static void AddDefaults(byte* signals, bool all)
    {
        _ = Libc.sigaddset(signals, SIGPIPE);
        _ = Libc.sigaddset(signals, SignalNumbers.Child);
        for (int signal = 1; all && signal <= HighestSignal; signal++)
        {
            if (signal != SignalNumbers.Kill && signal != SIGSTOP)
                _ = Libc.sigaddset(signals, signal); // some numbers are the C library's own: it refuses them
        }
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw Errno.Failure("posix_spawn", error);
    }
}
