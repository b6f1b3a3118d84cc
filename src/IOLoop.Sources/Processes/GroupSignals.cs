using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Processes;

/// <summary>Signals to a process group by its number.</summary>
/// <param name="send">Sends a signal to a group, and returns an errno.</param>
/// <param name="skipsZombies">
/// Whether kill(2) passes over zombies, and says EPERM when a group has nothing else, as on macOS. Elsewhere it signals them, and EPERM
/// says that nothing in the group may be signalled.
/// </param>
internal sealed class GroupSignals(Func<int, int, int> send, bool skipsZombies)
{
    /// <summary>The system's.</summary>
    internal static GroupSignals OfSystem { get; } = new(
        static (group, signal) => Libc.kill(-group, signal) < 0 ? Errno.Last : Errno.Ok,
        OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD());

    /// <returns>Zero: a process got it. ESRCH: none is left that could. Otherwise why none did.</returns>
    internal int Send(int group, int signal, bool isLeaderZombie)
    {
        int errno = send(group, signal);
        return errno == Errno.EPERM && skipsZombies && isLeaderZombie ? Errno.ESRCH : errno;
    }
}
