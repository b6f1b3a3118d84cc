using IOLoops.Callbacks;
using Microsoft.Coyote.Specifications;

namespace IOLoops.Coyote;

/// <summary>A loop that consists of a queue and of what it sleeps on.</summary>
internal sealed class QueueLoop(bool withSignals = false)
{
    private readonly Doorbell _bell = new();
    private readonly List<int> _ran = []; // the loop's thread alone

    internal CallbackQueue Queue { get; } = withSignals ? WithSignals() : new CallbackQueue();

    /// <summary>A queue that has its nodes for signals already: to make them is a thousand steps.</summary>
    internal static CallbackQueue WithSignals()
    {
        var queue = new CallbackQueue();
        queue.TryAddFromSignal(Item(() => { }), out _);
        queue.TakeBatch();
        while (queue.Own.Next() is { } first)
            Call(queue, first);
        return queue;
    }

    internal static WorkItem Item(Action callback) => new(callback, null, null, null);

    /// <summary>Posts a callback for each number.</summary>
    internal void Post(params int[] numbers)
    {
        foreach (int number in numbers)
        {
            Specification.Assert(Queue.TryAddPlain((Action)(() => _ran.Add(number)), out bool wake), "an open queue has refused a callback");
            if (wake)
                _bell.Ring();
        }
    }

    /// <summary>The same without the lock.</summary>
    internal void Signal(params int[] numbers)
    {
        foreach (int number in numbers)
        {
            Specification.Assert(Queue.TryAddFromSignal(Item(() => _ran.Add(number)), out bool wake), "an open queue has refused a signal");
            if (wake)
                _bell.Ring();
        }
    }

    /// <summary>The same on the loop's own thread.</summary>
    internal void AddLocal(int number) =>
        Specification.Assert(Queue.TryAddLocalPlain((Action)(() => _ran.Add(number))), "an open queue has refused a callback");

    /// <summary>Wakes the loop for something that was published behind a fence.</summary>
    internal void WakeIfAsleep()
    {
        if (Queue.NeedsWake())
            _bell.Ring();
    }

    /// <summary>Runs turns on this thread until so many callbacks have run, and sleeps whenever it may.</summary>
    internal void RunUntil(int count)
    {
        while (true)
        {
            RunBatch();
            if (_ran.Count >= count)
                return;
            if (Queue.TrySleep())
                _bell.Sleep();
        }
    }

    /// <summary>Runs turns until something was published, and sleeps unless it sees that.</summary>
    internal void SleepUntil(Func<bool> isPublished)
    {
        while (true)
        {
            RunBatch();
            if (Queue.TrySleep() && !isPublished())
                _bell.Sleep();
            if (isPublished())
                return;
        }
    }

    /// <summary>Each of these ran once, in this order.</summary>
    internal void VerifyOrder(params int[] numbers)
    {
        var ran = _ran.Where(numbers.Contains).ToList();
        Specification.Assert(ran.SequenceEqual(numbers), "posted: {0}; ran: {1}", string.Join(' ', numbers), string.Join(' ', ran));
    }

    private void RunBatch()
    {
        Queue.WakeUp();
        Queue.TakeBatch();
        while (Queue.Own.Next() is { } first)
            Call(Queue, first);
    }

    private static void Call(CallbackQueue queue, object first)
    {
        if (first is WorkInvoker)
            ((Action)queue.Own.Rest().Callback)();
        else
            ((Action)first)();
    }
}
