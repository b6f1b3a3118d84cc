namespace IOLoops.Polling;

/// <summary>Where an <see cref="AfdRegistration"/> is between two reports.</summary>
internal enum AfdState
{
    /// <summary>Suspended, or dropped: no poll is under way.</summary>
    Idle,

    /// <summary>To be armed in the next wait.</summary>
    Dirty,

    /// <summary>Its poll is under way, and its block the system's.</summary>
    Armed,

    /// <summary>Its poll has completed, and is to be reported.</summary>
    Completed,
}
