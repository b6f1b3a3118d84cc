using IOLoops.Ownership;
using IOLoops.Registrations;

namespace IOLoops.Turns;

/// <summary>
/// Completes what changes of the registrations have ended: resumes the code that waited, and releases handles. Between calls, on the
/// loop's thread, under no lock.
/// </summary>
/// <param name="ended">What has ended.</param>
/// <param name="context">What each call leaves behind.</param>
/// <param name="view">Notes each call.</param>
/// <param name="beforeCalls">What a turn does before it runs user code; null: nothing.</param>
internal sealed class EndTeller(EndedItems ended, CallContext context, LoopView view, Action? beforeCalls)
{
    internal void Tell<TObserver>()
        where TObserver : struct, ITurnObserver
    {
        beforeCalls?.Invoke(); // what resumes after a wait may block as any other call may
        ended.Releases.ReleaseAll();
        if (ended.FirstWait is not { } first)
            return;
        var call = TObserver.BeginHandler(view, null, first.Descriptor, null, first.Outcome);
        TellWaits<TObserver>();
        TObserver.EndHandler(view, call, null);
    }

    /// <summary>
    /// What resumes after a wait may run a turn nested in this one. That turn completes the remaining waits first, because what runs it
    /// may wait for one of them.
    /// </summary>
    internal void TellWaits<TObserver>()
        where TObserver : struct, ITurnObserver
    {
        while (ended.TakeWait() is { } waiter)
        {
            waiter.Tell();
            context.LeaveCall();
            if (ended.FirstWait is { } next)
                TObserver.BeginWait(view, next.Descriptor); // a call of its own: the one before may have waited for turns
        }
    }
}
