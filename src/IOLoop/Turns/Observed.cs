using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Diagnostics;

namespace IOLoops.Turns;

/// <summary>Somebody looks: at stalls, metrics or spans.</summary>
internal readonly struct Observed : ITurnObserver
{
    public static void BeginTurn(LoopCore core) => core.Observation.BeginTurn();

    public static void EndTurn(LoopCore core) => core.Observation.EndTurn();

    public static void BeginCallbacks(LoopCore core) => core.Observation.BeginCallbacks();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void BeginCallback(LoopCore core, object callee) => core.Observation.Mark.Begin(callee, null);

    public static void BeginCallback(LoopCore core, in WorkItem item) => core.Observation.Mark.Begin(item.Callback, item.State);

    public static void EndCallbacks(LoopCore core, int ran) => core.Observation.EndCallbacks(ran);

    public static void BeginPoll(LoopCore core) => core.Observation.BeginPoll();

    public static void EndPoll(LoopCore core) => core.Observation.EndPoll();

    public static HandlerCall BeginHandler(LoopCore core, Delegate? handler, int fd, object? file, IOEvents events) =>
        core.Observation.BeginHandler(handler, fd, file, events);

    public static void BeginWait(LoopCore core, int fd) => core.Observation.Mark.BeginWait(fd);

    public static void EndHandler(LoopCore core, in HandlerCall call, Exception? failure) =>
        core.Observation.EndHandler(call, failure);
}
