namespace IOLoops.Samples;

/// <summary>A kind of loop that the server can run on.</summary>
/// <param name="Name">What <c>--loop</c> calls it.</param>
/// <param name="Create">Makes a loop of this kind.</param>
/// <param name="Run">Runs the loop; returns when it has been stopped.</param>
internal sealed record LoopKind(string Name, Func<IOLoop> Create, Action<IOLoop> Run);
