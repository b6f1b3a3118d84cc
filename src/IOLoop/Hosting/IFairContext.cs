namespace IOLoops.Hosting;

/// <summary>A SynchronizationContext beside which other work never waits for long, however much is posted.</summary>
internal interface IFairContext
{
    /// <summary>On which everything runs; null: the context does not know one.</summary>
    Thread? Thread => null;
}
