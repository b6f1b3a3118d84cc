namespace IOLoops.Hosting;

/// <summary>Why a run ends. A reason gives way to those that stand further down here, until the run is over.</summary>
internal enum EndReason
{
    /// <summary>Nothing but a stop ends it.</summary>
    Stopped,

    /// <summary>The thread that has waited for it has given up.</summary>
    Abandoned,

    /// <summary>It cannot continue: the host is gone, or the system has failed.</summary>
    Lost,
}
