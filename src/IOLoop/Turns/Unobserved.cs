using IOLoops.Callbacks;
using IOLoops.Diagnostics;

namespace IOLoops.Turns;

/// <summary>Nobody looks: all of this is compiled to nothing.</summary>
internal readonly struct Unobserved : ITurnObserver
{
    public static void BeginTurn(LoopCore core)
    {
    }

    public static void EndTurn(LoopCore core)
    {
    }

    public static void BeginCallbacks(LoopCore core)
    {
    }

    public static void BeginCallback(LoopCore core, object callee)
    {
    }

    public static void BeginCallback(LoopCore core, in WorkItem item)
    {
    }

    public static void EndCallbacks(LoopCore core, int ran)
    {
    }

    public static void BeginPoll(LoopCore core)
    {
    }

    public static void EndPoll(LoopCore core)
    {
    }

    public static HandlerCall BeginHandler(LoopCore core, Delegate? handler, int fd, object? file, IOEvents events) => default;

    public static void BeginWait(LoopCore core, int fd)
    {
    }

    public static void EndHandler(LoopCore core, in HandlerCall call, Exception? failure)
    {
    }
}
