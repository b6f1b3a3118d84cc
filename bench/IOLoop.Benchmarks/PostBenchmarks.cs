using BenchmarkDotNet.Attributes;

namespace IOLoops.Benchmarks;

/// <summary>Adding callbacks and running them: from another thread to a loop that runs, and on the loop's own thread.</summary>
[MemoryDiagnoser]
public class PostBenchmarks
{
    private const int Batch = 1000;

    private readonly ManualResetEventSlim _ended = new();
    private PollIOLoop _running = null!;
    private PollIOLoop _driven = null!;
    private Action _count = null!;
    private Action<PostBenchmarks> _countObject = null!;
    private Action<int> _countValue = null!;
    private Action _addMany = null!;
    private Action _addManyWithObject = null!;
    private Action _addManyWithValue = null!;
    private int _left;

    [GlobalSetup]
    public void Setup()
    {
        _running = new PollIOLoop();
        _driven = new PollIOLoop();
        _count = Count;
        _countObject = static self => self.Count();
        _countValue = _ => Count();
        _addMany = () => AddMany(_driven);
        _addManyWithObject = () => AddManyWithObject(_driven);
        _addManyWithValue = () => AddManyWithValue(_driven);
        new Thread(_running.Start) { IsBackground = true }.Start();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _running.Stop();
        _driven.Close();
        _ended.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void FromAnotherThread()
    {
        Begin();
        AddMany(_running);
        _ended.Wait();
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void FromAnotherThreadWithObject()
    {
        Begin();
        AddManyWithObject(_running);
        _ended.Wait();
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void FromAnotherThreadWithValue()
    {
        Begin();
        AddManyWithValue(_running);
        _ended.Wait();
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void OnTheLoop() => DriveTwoTurns(_addMany);

    [Benchmark(OperationsPerInvoke = Batch)]
    public void OnTheLoopWithObject() => DriveTwoTurns(_addManyWithObject);

    [Benchmark(OperationsPerInvoke = Batch)]
    public void OnTheLoopWithValue() => DriveTwoTurns(_addManyWithValue);

    private void Begin()
    {
        _left = Batch;
        _ended.Reset();
    }

    /// <summary>The first turn runs <paramref name="add"/>, the second what it has added.</summary>
    private void DriveTwoTurns(Action add)
    {
        Begin();
        _driven.AddCallback(add);
        _driven.RunOnce(TimeSpan.Zero);
        _driven.RunOnce(TimeSpan.Zero);
    }

    private void AddMany(PollIOLoop loop)
    {
        for (int i = 0; i < Batch; i++)
            loop.AddCallback(_count);
    }

    private void AddManyWithObject(PollIOLoop loop)
    {
        for (int i = 0; i < Batch; i++)
            loop.AddCallback(_countObject, this);
    }

    private void AddManyWithValue(PollIOLoop loop)
    {
        for (int i = 0; i < Batch; i++)
            loop.AddCallback(_countValue, i);
    }

    private void Count()
    {
        if (--_left == 0)
            _ended.Set();
    }
}
