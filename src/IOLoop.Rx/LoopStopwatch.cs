using System.Reactive.Concurrency;

namespace IOLoops.Rx;

/// <summary>Counts from its construction, by a loop's clock.</summary>
internal sealed class LoopStopwatch(IOLoop loop) : IStopwatch
{
    private readonly LoopTime _start = loop.Time;

    public TimeSpan Elapsed => loop.Time - _start;
}
