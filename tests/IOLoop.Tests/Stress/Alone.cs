using Xunit;

namespace IOLoops.Tests.Stress;

/// <summary>Tests that use the whole machine, or the process's one global loop, run by themselves.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
