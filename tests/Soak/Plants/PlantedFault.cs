using Soak.Checking;

namespace Soak.Plants;

/// <summary>Faults that the program plants between itself and a loop, to show that it finds them.</summary>
internal enum PlantedFault
{
    None,

    /// <summary>A callback runs twice.</summary>
    [Expected(Violation.Twice)]
    Twice,

    /// <summary>A callback is accepted and forgotten.</summary>
    [Expected(Violation.Lost)]
    Dropped,

    /// <summary>A callback is overtaken by the next ones.</summary>
    [Expected(Violation.Order)]
    Overtaken,

    /// <summary>A callback runs on a thread of the pool while the loop waits for it.</summary>
    [Expected(Violation.Thread)]
    OtherThread,

    /// <summary>A callback runs inside another.</summary>
    [Expected(Violation.Overlap)]
    Inside,

    /// <summary>An event of a new registration goes to the handler that had the number before.</summary>
    [Expected(Violation.Stale)]
    StaleEvent,

    /// <summary>A handler is called with an event that nothing asked for.</summary>
    [Expected(Violation.Events)]
    StrangeEvent,

    /// <summary>A handler is never called.</summary>
    [Expected(Violation.Late)]
    LostEvent,

    /// <summary>A wait ends at once.</summary>
    [Expected(Violation.Stale)]
    EmptyWait,

    /// <summary>A timeout comes a millisecond early.</summary>
    [Expected(Violation.Early)]
    EarlyTimeout,

    /// <summary>A timeout is not removed.</summary>
    [Expected(Violation.Removed)]
    KeptTimeout,

    /// <summary>A callback that is posted to an idle loop does not wake it.</summary>
    [Expected(Violation.Late)]
    LostWakeUp,

    /// <summary>A callback runs between two runs.</summary>
    [Expected(Violation.Stopped)]
    WhileStopped,

    /// <summary>A callback runs after <c>Close</c>.</summary>
    [Expected(Violation.Closed)]
    AfterClose,

    /// <summary>A callback that never ran is not reported when the loop is closed.</summary>
    [Expected(Violation.Lost)]
    Unreported,

    /// <summary>A handler fails.</summary>
    [Expected(Violation.Failure)]
    FailingHandler,

    /// <summary>Each round leaves a descriptor.</summary>
    [Expected(Violation.Descriptors)]
    LeakedDescriptor,

    /// <summary>Each round leaves a thread.</summary>
    [Expected(Violation.Threads)]
    LeakedThread,

    /// <summary>Each round leaves a child process.</summary>
    [Expected(Violation.Children)]
    LeakedChild,

    /// <summary>Each round leaves a handle open.</summary>
    [Expected(Violation.Handles)]
    LeakedHandle,

    /// <summary>Each round leaves a megabyte of objects.</summary>
    [Expected(Violation.Managed)]
    LeakedObjects,

    /// <summary>Each round leaves eight megabytes outside of the managed heap.</summary>
    [Expected(Violation.Private)]
    LeakedMemory,

    /// <summary>A timer wakes the loop again and again.</summary>
    [Expected(Violation.Awake)]
    PollingTimer,

    /// <summary>Nothing is done by timeouts.</summary>
    [Expected(Violation.Nothing)]
    NoTimeouts,
}
