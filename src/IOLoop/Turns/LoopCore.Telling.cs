using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops.Callbacks;
using IOLoops.Registrations;

namespace IOLoops.Turns;

/// <summary>
/// Telling of what changes of the registrations have ended. No code of the user's runs inside the change, which may be in the
/// middle of a call of the user's: the loop tells between calls, in the same turn or at the end of the run.
/// </summary>
/// <remarks>Changed on the loop's thread, or under the gate while no turn runs: so it needs no lock of its own.</remarks>
internal sealed partial class LoopCore
{
    private static readonly Action<SafeHandle> Releasing = static handle => handle.DangerousRelease();

    private readonly List<SafeHandle> _released = []; // of which a reference is to be released
    private WaitList _told;                           // waits that are over, to be told so in this order
    private bool _hasEnded;                           // whether there is any of these: each turn asks several times

    /// <summary>Notes the reference that a registration holds, if it does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Release(in HandlerRegistration registration)
    {
        if ((registration.Flags & RegistrationFlags.HoldsReference) != 0)
            Release((SafeHandle)registration.Object!);
    }

    private void Release(SafeHandle handle)
    {
        _released.Add(handle);
        _hasEnded = true;
    }

    private void NoteWhatIsLeft() => _hasEnded = _told.First is not null || _released.Count > 0;

    /// <summary>Tells of what has ended, between calls. The loop's thread, under no lock.</summary>
    private void TellEnded<TObserver>()
        where TObserver : struct, ITurnObserver
    {
        _beforeCalls?.Invoke(); // what resumes after a wait may block as any other call may
        while (_released.Count > 0)
        {
            var handle = _released[^1];
            _released.RemoveAt(_released.Count - 1);
            ReleaseNow(handle);
        }
        if (_told.First is { } first)
        {
            var call = TObserver.BeginHandler(this, null, first.Descriptor, null, first.Outcome);
            TellWaits<TObserver>();
            TObserver.EndHandler(this, call, null);
        }
        NoteWhatIsLeft(); // what resumed may have ended something itself
    }

    /// <summary>
    /// What resumes after a wait may run a turn nested in this one, and wait there for what resumes after the next: that turn
    /// begins with it.
    /// </summary>
    private void TellWaits<TObserver>()
        where TObserver : struct, ITurnObserver
    {
        while (_told.TakeFirst() is { } waiter)
        {
            waiter.Tell();
            LeaveContext();
            if (_told.First is { } next)
                TObserver.BeginWait(this, next.Descriptor); // a call of its own: the one before may have waited for turns
        }
    }

    private void ReleaseNow(SafeHandle handle)
    {
        try
        {
            handle.DangerousRelease();
        }
        catch (Exception exception)
        {
            _loop.ReportFailure(Releasing, exception); // of ReleaseHandle
        }
    }

    /// <summary>Reports a failure that was met in the middle of a call of the user's.</summary>
    private void ReportLater(Delegate callback, Exception exception)
    {
        var failure = new FailureNotice(_loop, callback, exception);
        if (!TryPost(NoticeInvoker.Item(callback, failure)))
            failure.Run(); // closed
    }

    private sealed class FailureNotice(IOLoop loop, Delegate callback, Exception exception) : INotice
    {
        public void Run() => loop.ReportFailure(callback, exception);
    }
}
