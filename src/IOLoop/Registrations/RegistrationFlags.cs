namespace IOLoops.Registrations;

/// <summary>The state of a registration.</summary>
[Flags]
internal enum RegistrationFlags
{
    None = 0,

    /// <summary>A call of the handler is on the stack: not to be entered again by a nested turn.</summary>
    Running = 1,

    /// <summary>The task of an asynchronous handler has not ended.</summary>
    Resting = 2,

    /// <summary>Suspended in the poller, because it was ready while <see cref="Running"/> or <see cref="Resting"/>.</summary>
    Suspended = 4,

    /// <summary>A regular file or the like: epoll refuses it, every turn finds it ready.</summary>
    AlwaysReady = 8,

    /// <summary>A reference of the SafeHandle is held.</summary>
    HoldsReference = 16,

    /// <summary>The object is a socket, whose closing must be looked for.</summary>
    IsSocket = 32,

    /// <summary>Its task has ended while a batch was handled: an event of that batch is from before.</summary>
    EndedInBatch = 64,

    /// <summary>
    /// Its waits have ended and their callers are being resumed. The kernel still has it, because a caller may wait again. Any other
    /// registration of the number replaces it.
    /// </summary>
    Lingering = 128,

    Busy = Running | Resting,
}
