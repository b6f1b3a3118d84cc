using Xunit;

namespace IOLoops.Tests;

/// <summary>Tests that look at, or use up, what all threads of the process share: they run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NativeProcess
{
    public const string Name = "Process";
}
