namespace IOLoops.Samples;

/// <summary>A kind of loop that the pipeline can run on.</summary>
/// <param name="Name">What <c>--loop</c> calls it.</param>
/// <param name="Run">Makes a loop of this kind, hands it to a program, and closes it.</param>
internal sealed record LoopKind(string Name, Action<Action<IOLoop>> Run);
