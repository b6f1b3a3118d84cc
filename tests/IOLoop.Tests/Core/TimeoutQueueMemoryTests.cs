using IOLoops.Callbacks;
using IOLoops.Tests.Stress;
using IOLoops.Timeouts;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

/// <summary>By itself, for it looks at the whole process's heap.</summary>
[Collection(nameof(Alone))]
public sealed class TimeoutQueueMemoryTests
{
    [Fact]
    public void Memory_follows_the_live_timeouts()
    {
        const int Total = 1_000_000;
        var callback = () => { };
        long empty = Live();
        var reference = new TimeoutQueue();
        for (int i = 0; i < Total / 10; i++)
            reference.Add(i, new WorkItem(callback, null, null, null));
        long live = Live() - empty;
        GC.KeepAlive(reference);

        long before = Live();
        var queue = new TimeoutQueue();
        FillAndRemove(queue, callback, Total);
        queue.Count.ShouldBe(Total / 10);
        long left = Live() - before;
        left.ShouldBeLessThan(live * 2); // slots for 8/5 of those that are left, a heap with less than two chunks to spare, and where those are that were moved
        GC.KeepAlive(queue);
        GC.KeepAlive(reference);
    }

    private static void FillAndRemove(TimeoutQueue queue, Action callback, int total)
    {
        var handles = new TimeoutHandle[total];
        for (int i = 0; i < total; i++)
        {
            handles[i] = queue.Add((i * 7919L) % total, new WorkItem(callback, null, null, null));
        }
        for (int i = 0; i < total; i++)
        {
            if (i % 10 != 0)
                queue.Remove(handles[i], out _).ShouldBeTrue();
        }
    }

    private static long Live()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
