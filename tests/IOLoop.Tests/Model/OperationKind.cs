namespace IOLoops.Tests.Model;

internal enum OperationKind
{
    Add,
    Update,
    Remove,
    Write,
    Drain,
    Close,
    CloseKeepingDuplicate,
    Reopen,
    ReopenDuplicate,
    AddCallback,
    AddTimeout,
    CancelTimeout,
    Advance,
    Turn,
}
