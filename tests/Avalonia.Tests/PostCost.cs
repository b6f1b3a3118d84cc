using IOLoops.Conformance;

namespace IOLoops.AvaloniaTests;

/// <summary>Measures what the UI thread allocates for one post.</summary>
internal static class PostCost
{
    private const int Warm = 2_000;
    private const int Count = 5_000;

    internal static long Of(Action<Action> post)
    {
        var measured = new TaskCompletionSource<long>();
        int left = Warm + Count;
        long before = 0;
        Action again = null!;
        again = () =>
        {
            if (left == Count)
                before = GC.GetAllocatedBytesForCurrentThread();
            if (left-- == 0)
                measured.SetResult((GC.GetAllocatedBytesForCurrentThread() - before + Count - 1) / Count);
            else
                post(again);
        };
        post(again);
        Bounded.Await(measured.Task, "the cost of a post");
        return measured.Task.GetAwaiter().GetResult();
    }
}
