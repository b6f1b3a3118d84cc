namespace IOLoops.Samples;

/// <summary>A kind of loop that the server can run on.</summary>
/// <param name="Name">What <c>--loop</c> calls it.</param>
/// <param name="Create">Makes a loop of this kind, and what it runs in, to be disposed of after the loop, unless it needs nothing.</param>
internal sealed record LoopKind(string Name, Func<(IOLoop Loop, IDisposable? Host)> Create);
