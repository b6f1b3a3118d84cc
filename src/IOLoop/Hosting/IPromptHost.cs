namespace IOLoops.Hosting;

/// <summary>A host that sees at little cost whether other work waits, so that this work need not wait for long.</summary>
internal interface IPromptHost : IYieldingHost
{
    /// <summary>The budget of turns unless the options set one.</summary>
    TimeSpan SuitedBudget { get; }

    /// <summary>
    /// Whether it sees all. Else it is also given its turn where it sees nothing, after the longer budget of hosts that are not prompt.
    /// </summary>
    bool SeesAll { get; }
}
