using IOLoops.Callbacks;
using IOLoops.Diagnostics;

namespace IOLoops.Turns;

/// <summary>
/// What of a turn is looked at. A turn is compiled once for each: in <see cref="Unobserved"/> nothing of it is left, so that
/// a loop that nobody looks at pays for the question alone, once per turn.
/// </summary>
internal interface ITurnObserver
{
    static abstract void BeginTurn(LoopCore core);

    static abstract void EndTurn(LoopCore core);

    /// <summary>A batch of callbacks has been taken.</summary>
    static abstract void BeginCallbacks(LoopCore core);

    /// <summary>An <see cref="Action"/> or a work item is about to be called.</summary>
    static abstract void BeginCallback(LoopCore core, object callee);

    /// <summary>A callback of another kind, or a timeout, is about to be called.</summary>
    static abstract void BeginCallback(LoopCore core, in WorkItem item);

    /// <summary>All callbacks, or all timeouts, of a turn have been called.</summary>
    static abstract void EndCallbacks(LoopCore core, int ran);

    static abstract void BeginPoll(LoopCore core);

    static abstract void EndPoll(LoopCore core);

    /// <summary>A handler is about to be called; null: waits for its descriptor end.</summary>
    static abstract HandlerCall BeginHandler(LoopCore core, Delegate? handler, int fd, object? file, IOEvents events);

    /// <summary>One of several waits for a descriptor is about to end.</summary>
    static abstract void BeginWait(LoopCore core, int fd);

    static abstract void EndHandler(LoopCore core, in HandlerCall call, Exception? failure);
}
