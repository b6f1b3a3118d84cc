using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Diagnostics;

namespace IOLoops.Turns;

/// <summary>The loop is observed: for stalls, metrics or spans.</summary>
internal readonly struct Observed : ITurnObserver
{
    public static void BeginTurn(LoopView view) => view.Observation.BeginTurn();

    public static void EndTurn(LoopView view) => view.Observation.EndTurn();

    public static void BeginCallbacks(LoopView view) => view.Observation.BeginCallbacks();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void BeginCallback(LoopView view, object callee) => view.Observation.Mark.Begin(callee, null);

    public static void BeginCallback(LoopView view, in WorkItem item) => view.Observation.Mark.Begin(item.Callback, item.State);

    public static void EndCallbacks(LoopView view, int ran) => view.Observation.EndCallbacks(ran);

    public static void BeginPoll(LoopView view) => view.Observation.BeginPoll();

    public static void EndPoll(LoopView view) => view.Observation.EndPoll();

    public static HandlerCall BeginHandler(LoopView view, Delegate? handler, int fd, object? file, IOEvents events) =>
        view.Observation.BeginHandler(handler, fd, file, events);

    public static void BeginWait(LoopView view, int fd) => view.Observation.Mark.BeginWait(fd);

    public static void EndHandler(LoopView view, in HandlerCall call, Exception? failure) =>
        view.Observation.EndHandler(call, failure);
}
