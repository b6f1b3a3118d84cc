using IOLoops.Callbacks;
using IOLoops.Diagnostics;

namespace IOLoops.Turns;

/// <summary>The loop is not observed: all of this is compiled to nothing.</summary>
internal readonly struct Unobserved : ITurnObserver
{
    public static void BeginTurn(LoopView view)
    {
    }

    public static void EndTurn(LoopView view)
    {
    }

    public static void BeginCallbacks(LoopView view)
    {
    }

    public static void BeginCallback(LoopView view, object callee)
    {
    }

    public static void BeginCallback(LoopView view, in WorkItem item)
    {
    }

    public static void EndCallbacks(LoopView view, int ran)
    {
    }

    public static void BeginPoll(LoopView view)
    {
    }

    public static void EndPoll(LoopView view)
    {
    }

    public static HandlerCall BeginHandler(LoopView view, Delegate? handler, int fd, object? file, IOEvents events) => default;

    public static void BeginWait(LoopView view, int fd)
    {
    }

    public static void EndHandler(LoopView view, in HandlerCall call, Exception? failure)
    {
    }
}
