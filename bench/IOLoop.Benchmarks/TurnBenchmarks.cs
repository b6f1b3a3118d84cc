using BenchmarkDotNet.Attributes;

namespace IOLoops.Benchmarks;

/// <summary>A turn that finds nothing to do: what driving a loop from outside costs.</summary>
[MemoryDiagnoser]
public class TurnBenchmarks
{
    private PollIOLoop _loop = null!;

    [Params(PollerKind.Epoll, PollerKind.Poll)]
    public PollerKind Poller { get; set; }

    [GlobalSetup]
    public void Setup() => _loop = new PollIOLoop(new PollIOLoopOptions { Poller = Poller });

    [GlobalCleanup]
    public void Cleanup() => _loop.Close();

    [Benchmark]
    public int EmptyTurn() => _loop.RunOnce(TimeSpan.Zero);
}
