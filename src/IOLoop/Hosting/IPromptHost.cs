namespace IOLoops.Hosting;

/// <summary>A host that can say at little cost whether other work waits, so that this work need not wait for long.</summary>
internal interface IPromptHost : IYieldingHost
{
    /// <summary>The budget of turns unless the options set one.</summary>
    TimeSpan SuitedBudget { get; }
}
