namespace IOLoops.Callbacks;

/// <summary>What the library runs on a loop on behalf of a delegate that it was given: diagnostics name that one.</summary>
internal interface INamedWork
{
    Delegate Original { get; }
}
