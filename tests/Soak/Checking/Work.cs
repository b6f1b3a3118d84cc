namespace Soak.Checking;

/// <summary>What the workloads do, to be counted.</summary>
internal enum Work
{
    Posts,
    Pings,
    Events,
    Descriptors,
    Timeouts,
    Waits,
    Removals,
    Restarts,
    RunSyncs,
    Endings,
    LostHosts,
    Nestings,
    Transfers,
    Children,
    Folders,
}
