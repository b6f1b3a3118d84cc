using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IOLoops.Interop;

/// <summary>
/// A wait of the system's thread pool (TP_WAIT), which waits for one handle at a time, and for one signal of it. Any number of them
/// needs no thread each: Windows waits by completion packets, Wine with one thread for 63.
/// </summary>
/// <remarks>
/// The system is given a number, and not a reference to this object. So a callback that comes late (Wine may still queue one when the
/// wait was ended) finds nothing, and nothing must be kept for it.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class ThreadpoolWait
{
    private const int MostSpare = 64;

    private static readonly ConcurrentDictionary<nint, ThreadpoolWait> Waits = new(); // that are open
    private static readonly Stack<ThreadpoolWait> Spare = new(MostSpare);             // guarded by itself

    private static long s_lastToken;

    private readonly nint _token = (nint)Interlocked.Increment(ref s_lastToken);
    private readonly nint _wait;
    private IThreadpoolWaitOwner? _owner;

    private ThreadpoolWait()
    {
        Waits[_token] = this;
        _wait = Kernel32.CreateThreadpoolWait(&OnSignal, _token, 0);
        if (_wait != 0)
            return;
        Waits.TryRemove(_token, out _);
        throw new IOException("The system has no memory left to wait for a handle (CreateThreadpoolWait). Dispose of waits that are no longer needed.");
    }

    /// <summary>For tests, which hold up the call of an owner there: a signal was taken, and its owner does not know it yet.</summary>
    internal static Action? BeforeCall { get; set; }

    /// <summary>How many have an owner. For tests.</summary>
    internal static int InUse
    {
        get
        {
            lock (Spare)
                return Waits.Count - Spare.Count;
        }
    }

    /// <summary>One that waits for nothing.</summary>
    internal static ThreadpoolWait Rent(IThreadpoolWaitOwner owner)
    {
        ThreadpoolWait? wait;
        lock (Spare)
            Spare.TryPop(out wait);
        wait ??= new ThreadpoolWait();
        Volatile.Write(ref wait._owner, owner);
        return wait;
    }

    /// <summary>Waits for one signal. The owner is called once, perhaps before this returns.</summary>
    internal void Arm(nint handle) => Kernel32.SetThreadpoolWait(_wait, handle, null);

    /// <summary>Waits no longer. The owner may still be called, for a signal that was taken already: see <see cref="AwaitCalls"/>.</summary>
    internal void Disarm() => Kernel32.SetThreadpoolWait(_wait, 0, null);

    /// <summary>Blocks until the owner was called for a signal that had been taken when the wait was ended.</summary>
    internal void AwaitCalls() => Kernel32.WaitForThreadpoolWaitCallbacks(_wait, 0);

    /// <summary>Gives back one whose owner was called, so that it waits for nothing. The call may still be under way.</summary>
    internal void Return()
    {
        Volatile.Write(ref _owner, null);
        lock (Spare)
        {
            if (Spare.Count < MostSpare)
            {
                Spare.Push(this);
                return;
            }
        }
        Close();
    }

    /// <summary>Ends it. The owner is not called any more, except for a call that is under way.</summary>
    internal void Close()
    {
        Waits.TryRemove(_token, out _);
        Disarm();
        Kernel32.CloseThreadpoolWait(_wait);
    }

    [UnmanagedCallersOnly]
    private static void OnSignal(nint instance, nint token, nint wait, uint result)
    {
        BeforeCall?.Invoke();
        if (Waits.TryGetValue(token, out var signalled))
            Volatile.Read(ref signalled._owner)?.OnSignal();
    }
}
