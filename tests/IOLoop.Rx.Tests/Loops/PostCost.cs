using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>Measures what a scheduler that has a thread allocates for one item without state of its own.</summary>
internal static class PostCost
{
    private const int Warm = 2_000;
    private const int Count = 10_000;

    internal static long Of(IScheduler scheduler)
    {
        var measured = new TaskCompletionSource<long>();
        int left = Warm + Count;
        long before = 0;
        Func<IScheduler, object, IDisposable> again = null!;
        again = (self, state) =>
        {
            if (left == Count)
                before = GC.GetAllocatedBytesForCurrentThread();
            if (left-- == 0)
                measured.SetResult((GC.GetAllocatedBytesForCurrentThread() - before + Count - 1) / Count);
            else
                self.Schedule(state, again);
            return Disposable.Empty;
        };
        scheduler.Schedule(new object(), again);
        long cost = measured.Task.WaitAsync(TimeSpan.FromSeconds(10)).GetAwaiter().GetResult();
        (scheduler as IDisposable)?.Dispose();
        return cost;
    }
}
