using System.Runtime.InteropServices;
using IOLoops.Sources.Interop;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources.Processes;

/// <summary>
/// Where the kernel has no descriptor for a process: looks after each SIGCHLD which children have ended, and closes the writing end of
/// a pipe for each. Asks for each by its number, and reaps none.
/// </summary>
internal static class ChildSignals
{
    private const string Switch = "IOLoops.Sources.WatchChildrenBySignal";

    private static readonly Lock s_gate = new();
    private static readonly List<(int Id, SafeFileHandle Notice, SafeFileHandle Alive)> s_children = [];

    private static PosixSignalRegistration? s_registration;

    /// <summary>Whether to do without pidfds, which is for tests and for sandboxes that allow them only in part.</summary>
    internal static bool IsForced => AppContext.TryGetSwitch(Switch, out bool isForced) && isForced;

    /// <summary>A descriptor that becomes readable when the child has ended.</summary>
    /// <exception cref="IOException">No descriptors are left.</exception>
    internal static SafeFileHandle Add(int id)
    {
        var (notice, alive) = ChildDescriptors.Pipe(childReads: false);
        lock (s_gate)
        {
            s_registration ??= PosixSignalRegistration.Create((PosixSignal)SignalNumbers.Child, static _ => Look());
            s_children.Add((id, notice, alive));
        }
        Look(); // it may have ended before it was registered
        return notice;
    }

    internal static void Remove(SafeFileHandle notice)
    {
        lock (s_gate)
        {
            int index = s_children.FindIndex(child => ReferenceEquals(child.Notice, notice));
            if (index < 0)
                return;
            s_children[index].Alive.Dispose();
            s_children.RemoveAt(index);
            EndWhenIdle();
        }
    }

    private static void Look()
    {
        lock (s_gate)
        {
            for (int i = s_children.Count - 1; i >= 0; i--)
            {
                if (ChildWait.Ask(s_children[i].Id, keep: true, out _) == Errno.EAGAIN)
                    continue;
                s_children[i].Alive.Dispose();
                s_children.RemoveAt(i);
            }
            EndWhenIdle();
        }
    }

    private static void EndWhenIdle()
    {
        if (s_children.Count > 0)
            return;
        s_registration?.Dispose();
        s_registration = null;
    }
}
