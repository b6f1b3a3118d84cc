using BenchmarkDotNet.Attributes;

namespace IOLoops.Benchmarks;

/// <summary>Timeouts of one loop thread: added and removed beside others that wait, and added and run.</summary>
[MemoryDiagnoser]
public class TimeoutBenchmarks
{
    private const int Batch = 1000;

    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(30);
    private static readonly Action Nothing = static () => { };

    private PollIOLoop _loop = null!;
    private Action _addAndRemove = null!;
    private Action _addDue = null!;

    /// <summary>How many others wait.</summary>
    [Params(0, 10_000)]
    public int Waiting { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _loop = new PollIOLoop();
        _addAndRemove = AddAndRemove;
        _addDue = AddDue;
        for (int i = 0; i < Waiting; i++)
            _loop.CallLater(TimeSpan.FromHours(1) + TimeSpan.FromMilliseconds(i), Nothing);
    }

    [GlobalCleanup]
    public void Cleanup() => _loop.Close();

    [Benchmark(OperationsPerInvoke = Batch)]
    public void CallLaterAndRemoveTimeout()
    {
        _loop.AddCallback(_addAndRemove);
        _loop.RunOnce(TimeSpan.Zero);
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void CallAtAndRun()
    {
        _loop.AddCallback(_addDue);
        _loop.RunOnce(TimeSpan.Zero); // adds them, and, as timeouts come behind callbacks in a turn, runs them
    }

    private void AddAndRemove()
    {
        for (int i = 0; i < Batch; i++)
            _loop.RemoveTimeout(_loop.CallLater(Delay, Nothing));
    }

    private void AddDue()
    {
        var now = _loop.Time;
        for (int i = 0; i < Batch; i++)
            _loop.CallAt(now, Nothing);
    }
}
