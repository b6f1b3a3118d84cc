using Xunit;

namespace IOLoops.Rx.Tests.Stress;

/// <summary>Tests that use the whole machine, or look at the whole process, run by themselves.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
