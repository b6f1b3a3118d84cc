using System.Runtime.CompilerServices;
using IOLoops.Interop;

namespace IOLoops.Diagnostics;

/// <summary>What a loop is calling at this moment: written by its thread, to be read by another that looks for stalls.</summary>
/// <remarks>
/// <para>
/// Why what is read belongs together. The version is odd during a call and changes at the beginning and the end of each.
/// Before anything of the next call is written, the version has changed; a reader reads the version, what is called, and
/// the version again. All are volatile: no write passes an earlier one, no read a later one. So a thread that has read something
/// of the next call reads another version than before, and drops it.
/// </para>
/// <para>
/// A call costs a few writes, to a cache line that no other thread writes; no clock is asked. How long a call has lasted is the reader's
/// to tell, who looks again and again.
/// </para>
/// </remarks>
internal sealed class CallMark
{
    private long _version; // odd: in a call
    private object? _callee;
    private nint _descriptor = -1;
    private object? _argument; // a handler's object, a callback's state
    private int _threadId;
    private long _nativeThreadId;
    private StallWatchdog? _watchdog;

    internal long Version => Volatile.Read(ref _version);

    internal static bool IsCall(long version) => (version & 1) != 0;

    /// <summary>The watchdog, which must be woken when the loop has work and it sleeps; null: none watches.</summary>
    internal StallWatchdog? Watchdog
    {
        set => Volatile.Write(ref _watchdog, value);
    }

    /// <summary>The calling thread is about to call.</summary>
    internal void SetThread()
    {
        Volatile.Write(ref _threadId, Environment.CurrentManagedThreadId); // may be that of an earlier thread, which has ended
        Volatile.Write(ref _nativeThreadId, NativeThread.CurrentId);
    }

    /// <summary>A callback or a timeout begins. Ends the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Begin(object callee, object? state)
    {
        Close();
        Volatile.Write(ref _callee, callee);
        Volatile.Write(ref _argument, state);
        Open();
    }

    /// <summary>A handler begins, or those that wait for a descriptor resume. The call before has ended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Begin(object? callee, int descriptor, object? file)
    {
        Volatile.Write(ref _callee, callee);
        if (file is not null) // none is there
            Volatile.Write(ref _argument, file);
        Volatile.Write(ref _descriptor, descriptor);
        Open();
    }

    /// <summary>Another of those that wait for a descriptor resumes. Ends the call before.</summary>
    internal void BeginWait(int descriptor)
    {
        Close();
        Volatile.Write(ref _callee, null);
        Volatile.Write(ref _descriptor, descriptor);
        Open();
    }

    /// <summary>Nothing is called any longer. What was called is released, so that it can be collected while the loop sleeps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void End()
    {
        Close();
        Volatile.Write(ref _callee, null);
        Volatile.Write(ref _argument, null);
        Volatile.Write(ref _descriptor, -1);
    }

    /// <summary>The call on the stack waits for a turn that is nested in it, which is not its fault.</summary>
    internal Interrupted Interrupt()
    {
        if (!IsCall(_version))
            return default;
        var call = new Interrupted(true, _callee, _descriptor, _argument);
        End();
        return call;
    }

    /// <summary>The call continues, as a new one: what it waited for does not count.</summary>
    internal void Resume(in Interrupted call)
    {
        if (call.IsCall)
        {
            Close();
            SetThread();
            Volatile.Write(ref _callee, call.Callee);
            Volatile.Write(ref _argument, call.Argument);
            Volatile.Write(ref _descriptor, call.Descriptor);
            Open();
        }
    }

    /// <summary>Another thread's look at the call of a version.</summary>
    /// <returns>False: that call is over.</returns>
    internal bool TryRead(long version, out CurrentCall call)
    {
        call = new CurrentCall(
            Volatile.Read(ref _callee),
            Volatile.Read(ref _descriptor),
            Volatile.Read(ref _argument),
            Volatile.Read(ref _threadId),
            Volatile.Read(ref _nativeThreadId),
            version);
        return Version == version;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Close() => Volatile.Write(ref _version, (_version + 2) & ~1L);

    /// <remarks>
    /// Why no stall is missed while the watchdog sleeps. The watchdog says that it sleeps, then has all processors pass a barrier
    /// (<see cref="Interlocked.MemoryBarrierProcessWide"/>), then looks at the version again. Either that look sees this
    /// write, or the write came after the barrier, and the read behind it sees that the watchdog sleeps. So no barrier is
    /// needed here, in every call.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Open()
    {
        Volatile.Write(ref _version, (_version + 2) | 1);
        if (_watchdog is { IsAsleep: true } watchdog)
            watchdog.Wake();
    }

    /// <summary>A call that waits for a nested turn.</summary>
    internal readonly record struct Interrupted(bool IsCall, object? Callee, nint Descriptor, object? Argument);
}
