using System.Diagnostics;

namespace IOLoops.Registrations;

/// <summary>A row of the <see cref="HandlerTable"/>: what is registered for one number.</summary>
[DebuggerDisplay("{Target} for {Events}, {Flags}")]
internal struct HandlerRegistration
{
    /// <summary>An <see cref="IOHandler"/>, an <see cref="AsyncIOHandler"/> or the first <see cref="ReadinessWaiter"/>; null: the row is free, or lingers.</summary>
    internal object? Target;

    /// <summary>The object given with the number.</summary>
    internal object? Object;

    /// <summary>Where the handler runs; null: in the default context.</summary>
    internal ExecutionContext? Context;

    /// <summary>Grows with each registration in the loop; 0: the row is free.</summary>
    internal uint Generation;

    /// <summary>
    /// The poll during whose batch the row was last freed or taken by another: an older event for it is stale, a newer one a
    /// ghost's. Also that in whose batch an asynchronous call ended.
    /// </summary>
    internal uint ChangedInPoll;

    internal IOEvents Events;

    internal RegistrationFlags Flags;

    internal readonly bool IsTaken => Generation != 0;

    internal readonly ulong Token(int fd) => HandlerTable.Token(fd, Generation);
}
