using Xunit;

namespace IOLoops.Sources.Tests;

/// <summary>Tests that count what the whole process has, or change it: they run when no others do, one at a time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
