using IOLoops.Callbacks;
using IOLoops.Diagnostics;

namespace IOLoops.Turns;

/// <summary>
/// What is observed of a turn. A turn is compiled once for each observer: in <see cref="Unobserved"/> nothing of it is left, so
/// a loop that is not observed pays only for the question, once per turn.
/// </summary>
internal interface ITurnObserver
{
    static abstract void BeginTurn(LoopView view);

    static abstract void EndTurn(LoopView view);

    /// <summary>A batch of callbacks has been taken.</summary>
    static abstract void BeginCallbacks(LoopView view);

    /// <summary>An <see cref="Action"/> or a work item is about to be called.</summary>
    static abstract void BeginCallback(LoopView view, object callee);

    /// <summary>A callback of another kind, or a timeout, is about to be called.</summary>
    static abstract void BeginCallback(LoopView view, in WorkItem item);

    /// <summary>All callbacks, or all timeouts, of a turn have been called.</summary>
    static abstract void EndCallbacks(LoopView view, int ran);

    static abstract void BeginPoll(LoopView view);

    static abstract void EndPoll(LoopView view);

    /// <summary>A handler is about to be called; null: waits for its descriptor end.</summary>
    static abstract HandlerCall BeginHandler(LoopView view, Delegate? handler, int fd, object? file, IOEvents events);

    /// <summary>One of several waits for a descriptor is about to end.</summary>
    static abstract void BeginWait(LoopView view, int fd);

    static abstract void EndHandler(LoopView view, in HandlerCall call, Exception? failure);
}
