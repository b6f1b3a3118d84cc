using IOLoops.Callbacks;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

public sealed class SignalQueueTests
{
    private static readonly Action Nothing = static () => { };
    private readonly SignalQueue _queue = new();

    [Fact]
    public void Items_come_out_in_order_also_when_more_wait_than_the_pool_holds()
    {
        const int Count = SignalQueue.PoolSize * 3;
        for (int i = 0; i < Count; i++)
            _queue.Add(new WorkItem(Nothing, i, null, null));
        for (int i = 0; i < Count; i++)
        {
            _queue.TryTake(out var item).ShouldBeTrue();
            item.State.ShouldBe(i);
        }
        _queue.TryTake(out _).ShouldBeFalse();
        _queue.HasWork.ShouldBeFalse();
    }

    [Fact]
    public void Adding_and_taking_allocates_nothing()
    {
        var item = new WorkItem(Nothing, this, null, null);
        _queue.Add(item);
        _queue.TryTake(out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            _queue.Add(item);
            _queue.TryTake(out _);
        }
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Many_producers_lose_nothing_and_keep_their_order()
    {
        const int Producers = 4;
        const int Each = 50_000;
        var threads = new Thread[Producers];
        for (int p = 0; p < Producers; p++)
        {
            int producer = p;
            threads[p] = new Thread(() =>
            {
                for (int i = 0; i < Each; i++)
                    _queue.Add(new WorkItem(Nothing, (producer, i), null, null));
            });
            threads[p].Start();
        }
        int[] next = new int[Producers];
        for (int taken = 0; taken < Producers * Each;)
        {
            if (!_queue.TryTake(out var item))
            {
                Thread.Yield();
                continue;
            }
            var (producer, number) = ((int, int))item.State!;
            number.ShouldBe(next[producer]++);
            taken++;
        }
        foreach (var thread in threads)
            thread.Join();
        _queue.HasWork.ShouldBeFalse();
    }
}
