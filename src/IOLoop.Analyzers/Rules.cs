using Microsoft.CodeAnalysis;

namespace IOLoops.Analyzers;

/// <summary>Every rule of this assembly. The page of each is the section of its id in docs/analyzers.md.</summary>
public static class Rules
{
    /// <summary>The key of a property of a diagnostic: what its code fix needs to know.</summary>
    public const string FixProperty = "fix";

    private const string Correctness = "IOLoop.Correctness";
    private const string Responsiveness = "IOLoop.Responsiveness";

    /// <summary>IOL0001.</summary>
    public static readonly DiagnosticDescriptor Blocking = Warning(
        "IOL0001", Responsiveness,
        "Code of a loop blocks",
        "{0} blocks the loop's thread, and nothing else of the loop runs meanwhile. Await it in an asynchronous callback.",
        "While a handler, callback or timeout blocks, the loop runs nothing else. What it waits for may need the loop, and then both wait without end.");

    /// <summary>IOL0002.</summary>
    public static readonly DiagnosticDescriptor NestedRun = Warning(
        "IOL0002", Correctness,
        "A loop is run by its own code",
        "{0} throws here, because the loop is running already. Make the callback asynchronous and await the work.",
        "A loop with a thread of its own cannot be run inside a handler, callback or timeout of the same loop.");

    /// <summary>IOL0003.</summary>
    public static readonly DiagnosticDescriptor SynchronousIO = Info(
        "IOL0003", Responsiveness,
        "Code of a loop waits for input or output",
        "{0} may block the loop's thread until the other end answers. Use the asynchronous method.",
        "Synchronous calls of network streams, pipes and name resolution wait as long as the other end takes.");

    /// <summary>IOL0004.</summary>
    public static readonly DiagnosticDescriptor WrongThread = Warning(
        "IOL0004", Correctness,
        "A call that belongs to the loop's thread is made elsewhere",
        "{0} may be called on the loop's thread only, and {1}. Pass the call to AddCallback, or await SwitchTo() before.",
        "Descriptors and timeouts of a running loop belong to its thread. Elsewhere the call throws an InvalidOperationException.");

    /// <summary>IOL0005.</summary>
    public static readonly DiagnosticDescriptor BareDescriptor = Warning(
        "IOL0005", Correctness,
        "A bare number is registered although its owner is at hand",
        "Pass '{0}' itself: the loop then keeps it open while it is registered, or notices that it was closed",
        "After the owner was closed, the system gives the number to something else, and a loop that knows only the number waits for that.");

    /// <summary>IOL0006.</summary>
    public static readonly DiagnosticDescriptor ClosedTooEarly = Warning(
        "IOL0006", Correctness,
        "A descriptor is closed before its handler is removed",
        "'{0}' is closed before its handler is removed. Remove the handler first.",
        "Between both, another thread may open something that gets the same number. A SafeHandle is not closed while it is registered.");

    /// <summary>IOL0007.</summary>
    public static readonly DiagnosticDescriptor AsyncVoid = Warning(
        "IOL0007", Correctness,
        "An async void function is given to a loop",
        "{0} is async void: the loop does not know when it has ended, and may call it again before. Return a Task.",
        "A descriptor rests until the task of its asynchronous handler has ended. An async void handler has no task, and overlaps itself.");

    /// <summary>IOL0008.</summary>
    public static readonly DiagnosticDescriptor NeverStopped = Warning(
        "IOL0008", Correctness,
        "A loop is attached and never stopped",
        "'{0}' is attached to its host and never stopped or disposed in this method, which alone knows it. Use 'await using'.",
        "An attached loop runs, and keeps its descriptors, until it is stopped.");

    /// <summary>IOL0009.</summary>
    public static readonly DiagnosticDescriptor HasFlagError = Warning(
        "IOL0009", Correctness,
        "HasFlag(IOEvents.Error) misses errors",
        "HasFlag(IOEvents.Error) is false for an error alone and for a hang-up alone. Use HasError().",
        "IOEvents.Error is two bits, of which the system may report one. HasFlag asks for both.");

    /// <summary>IOL0010.</summary>
    public static readonly DiagnosticDescriptor InlineScheduler = Warning(
        "IOL0010", Correctness,
        "RxIOLoop is given a scheduler that runs work inside the caller",
        "RxIOLoop throws for {0}, which runs work inside the caller. Use an EventLoopScheduler, or a user interface's scheduler.",
        "A loop posts its turns. A scheduler that runs them at once, inside the call, is no place for a loop.");

    private static DiagnosticDescriptor Warning(string id, string category, string title, string message, string description) =>
        new(id, title, message, category, DiagnosticSeverity.Warning, isEnabledByDefault: true, description);

    private static DiagnosticDescriptor Info(string id, string category, string title, string message, string description) =>
        new(id, title, message, category, DiagnosticSeverity.Info, isEnabledByDefault: true, description);
}
