using IOLoops.Callbacks;
using Microsoft.Coyote.Specifications;

namespace IOLoops.Coyote;

/// <summary>The queue without a lock: each item comes once, and those of a thread in its order.</summary>
public static class SignalQueueTests
{
    public static void Each_item_comes_once_and_in_its_threads_order()
    {
        var queue = Filled();
        var taken = new List<int>();
        Threads.Run(
            () => Add(queue, 10, 11, 12),
            () => Add(queue, 20, 21),
            () =>
            {
                for (int i = 0; i < 3; i++)
                    Take(queue, taken);
            });
        while (Take(queue, taken))
            continue;
        Verify(taken, 10, 11, 12);
        Verify(taken, 20, 21);
        Specification.Assert(taken.Count == 5, "5 were added, and {0} taken", taken.Count);
        Specification.Assert(!queue.HasWork && queue.Count == 0, "an empty queue has work");
    }

    /// <summary>A queue that has its nodes already: to make them is a thousand steps.</summary>
    private static SignalQueue Filled()
    {
        var queue = new SignalQueue();
        Add(queue, 0);
        queue.TryTake(out _);
        return queue;
    }

    private static void Add(SignalQueue queue, params int[] numbers)
    {
        foreach (int number in numbers)
            queue.Add(new WorkItem(Add, number, null, null));
    }

    private static bool Take(SignalQueue queue, List<int> taken)
    {
        if (!queue.TryTake(out var item))
            return false;
        Specification.Assert(item.State is int, "an item was taken that was not added");
        taken.Add((int)item.State!);
        Specification.Assert(taken.Count <= 5, "more was taken than was added");
        return true;
    }

    private static void Verify(List<int> all, params int[] numbers)
    {
        var taken = all.Where(numbers.Contains).ToList();
        Specification.Assert(taken.SequenceEqual(numbers), "added: {0}; taken: {1}", string.Join(' ', numbers), string.Join(' ', taken));
    }
}
