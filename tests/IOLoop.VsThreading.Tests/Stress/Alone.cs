using Xunit;

namespace IOLoops.VsThreading.Tests.Stress;

/// <summary>Stress takes both processors; other tests must not wait for it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
