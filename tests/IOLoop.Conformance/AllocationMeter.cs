namespace IOLoops.Conformance;

/// <summary>
/// Counts what a thread allocates in batches of operations. The best batch counts: what an operation allocates, it
/// allocates in every batch; the runtime's own doings, such as better code that is put in place, are in one or two.
/// </summary>
/// <param name="allowed">How many bytes a batch may allocate.</param>
/// <param name="batch">How many operations a batch has. Few where each needs another thread, which takes long on a busy machine.</param>
public sealed class AllocationMeter(long allowed = 0, int batch = AllocationMeter.Batch)
{
    /// <summary>How many operations a batch has, unless told otherwise.</summary>
    public const int Batch = 10_000;

    private const int FewestBatches = 3;
    private const long LongestMilliseconds = 2_000;

    private readonly long _began = Environment.TickCount64;
    private int _left = batch / 2; // to warm up
    private int _batches = -1;
    private int _thread;
    private long _from;

    /// <summary>What the best batch of operations has allocated, in bytes.</summary>
    public long Best { get; private set; } = long.MaxValue;

    /// <summary>To be called once per operation.</summary>
    /// <returns>Whether that is enough.</returns>
    public bool IsDone()
    {
        if (--_left > 0)
            return false;
        long bytes = GC.GetAllocatedBytesForCurrentThread() - _from;
        if (_batches >= 0 && _thread == Environment.CurrentManagedThreadId)
            Best = Math.Min(Best, bytes);
        _batches++;
        _left = batch;
        _thread = Environment.CurrentManagedThreadId;
        if (Best <= allowed || (_batches >= FewestBatches && Environment.TickCount64 - _began > LongestMilliseconds))
            return true;
        _from = GC.GetAllocatedBytesForCurrentThread();
        return false;
    }
}
