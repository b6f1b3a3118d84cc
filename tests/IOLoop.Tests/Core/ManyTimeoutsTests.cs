using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Timeouts;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

/// <summary>Queues from which so many timeouts are removed that the rest is moved together.</summary>
public sealed class ManyTimeoutsTests
{
    private const int Many = 20_000;

    private static readonly ExecutionContext Context = MakeContext();

    private readonly TimeoutQueue _queue = new();
    private readonly SortedSet<(long Deadline, int Id)> _expected = [];
    private Queue<(long Deadline, int Id)> _due = [];
    private readonly List<(TimeoutHandle Handle, long Deadline)> _added = [];
    private readonly Random _random = new(7);
    private bool _hasContexts = true; // a third of them

    [Theory]
    [InlineData("at random")]
    [InlineData("the first added")]
    [InlineData("the last added")]
    [InlineData("all but each 1,024th")]
    public void Those_that_are_left_when_most_were_removed_run_in_order(string which)
    {
        AddMany(Many);
        RemoveAllBut(Many / 20, which);
        RunAll();
    }

    [Fact]
    public void Those_that_are_left_can_be_removed_and_others_added_beside_them()
    {
        AddMany(Many);
        RemoveAllBut(Many / 20, "at random");
        AddMany(Many);
        RemoveAllBut(Many / 50, "at random");
        RunDue(long.MaxValue, Many / 100);
        foreach (int id in _expected.Select(static entry => entry.Id).ToList())
            Remove(id, isLive: true);
        _queue.Count.ShouldBe(0);
    }

    [Fact]
    public void Handles_of_timeouts_that_ran_or_were_removed_stand_for_nothing_whatever_was_moved_or_added_since()
    {
        AddMany(Many);
        RemoveAllBut(Many / 20, "at random");
        RemoveAllThatAreGone();
        AddMany(Many);
        RemoveAllThatAreGone();
        RunAll();
        RemoveAllThatAreGone();
        AddMany(Many);
        RemoveAllThatAreGone();
        RunAll();
    }

    [Fact]
    public void Removing_most_while_some_are_due_keeps_the_rest_of_those_due_in_order()
    {
        AddMany(Many);
        TakeDue(Many / 2);
        RunNext(Many / 10);
        RemoveAllBut(Many / 20, "at random");
        AddMany(Many / 20, from: Many);
        RunNext(int.MaxValue); // the rest of those that were due
        _expected.Count(static entry => entry.Deadline <= Many / 2).ShouldBe(0);
        RunAll();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Adding_removing_and_running_at_random_does_what_a_sorted_set_does(int seed)
    {
        var random = new Random(seed);
        for (int step = 0; step < 60; step++)
        {
            int share = random.Next(1, 20);
            switch (random.Next(4))
            {
                case 0:
                case 1:
                    AddMany(random.Next(1, 6_000));
                    break;
                case 2:
                    RemoveAllBut(_expected.Count / share, random.Next(2) == 0 ? "at random" : "the last added");
                    break;
                default:
                    RunDue(random.Next(Many), _expected.Count / share);
                    break;
            }
            _queue.Count.ShouldBe(_expected.Count);
        }
        RunAll();
    }

    [Fact]
    public void One_context_among_many_timeouts_costs_the_memory_of_few()
    {
        _hasContexts = false;
        AddMany(Many);
        var first = _queue.Add(0, new WorkItem(static () => { }, null, null, Context));
        RemoveAllBut(Many / 2, "at random");
        var chunks = _added.Select(static added => (TimeoutChunk)added.Handle.Owner!).Distinct().ToList();
        chunks.Count(static chunk => chunk.Contexts is not null).ShouldBeInRange(1, 3); // it may have moved
        _queue.Remove(first, out var item).ShouldBeTrue();
        item.Context.ShouldBe(Context);
        new TimeoutQueue().Add(0, item);
        long before = GC.GetAllocatedBytesForCurrentThread();
        new TimeoutQueue().Add(0, item);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(4_000, "there are few slots at first");
    }

    [Fact]
    public void A_handle_that_outlives_its_loop_keeps_none_of_its_memory()
    {
        var arrays = FillAndClear(out var handle);
        for (int attempt = 0; attempt < 10 && arrays.IsAlive; attempt++)
            GC.Collect();
        arrays.IsAlive.ShouldBeFalse();
        _queue.Remove(handle, out _).ShouldBeFalse();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference FillAndClear(out TimeoutHandle handle)
    {
        handle = _queue.Add(1, Item(0));
        _queue.Add(2, Item(1));
        var slots = ((TimeoutChunk)handle.Owner!).Slots;
        _queue.Clear().Count.ShouldBe(2);
        return new WeakReference(slots);
    }

    /// <summary>Slightly below five eighths of 3, 4, 5 and 10 chunks, and where the heap needs a second chunk and a third: where memory is given back.</summary>
    [Theory]
    [InlineData(4_000)]
    [InlineData(8_100)]
    [InlineData(1_915)]
    [InlineData(2_555)]
    [InlineData(3_195)]
    [InlineData(6_395)]
    public void A_few_more_and_a_few_less_than_the_size_at_which_memory_is_given_back_allocates_nothing(int size)
    {
        const int Few = 140;
        AddMany(size * 2);
        RemoveAllBut(size, "at random");
        var item = Item(0);
        var handles = new TimeoutHandle[2 * Few];
        Swing(handles, item);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            Swing(handles, item);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private void Swing(TimeoutHandle[] handles, in WorkItem item)
    {
        for (int i = 0; i < handles.Length; i++)
            handles[i] = _queue.Add(i, item);
        foreach (var handle in handles)
            _queue.Remove(handle, out _);
    }

    private void AddMany(int count, int from = 0)
    {
        for (int i = 0; i < count; i++)
        {
            long deadline = from + _random.Next(Many);
            _expected.Add((deadline, _added.Count));
            _added.Add((_queue.Add(deadline, Item(_added.Count)), deadline));
        }
    }

    private void RemoveAllBut(int left, string which)
    {
        var ids = _expected.Select(static entry => entry.Id).Order().ToList();
        if (which == "the last added")
            ids.Reverse();
        else if (which == "at random")
            _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ids));
        foreach (int id in which.StartsWith("all but", StringComparison.Ordinal) ? ids.Where(static id => id % 1_024 != 0) : ids.Take(ids.Count - left))
            Remove(id, isLive: true);
    }

    private void Remove(int id, bool isLive)
    {
        var (handle, deadline) = _added[id];
        _expected.Remove((deadline, id)).ShouldBe(isLive);
        _queue.Remove(handle, out var item).ShouldBe(isLive);
        if (isLive)
            ShouldBe(item, id);
    }

    private void RemoveAllThatAreGone()
    {
        var live = _expected.Select(static entry => entry.Id).ToHashSet();
        for (int id = 0; id < _added.Count; id++)
        {
            if (!live.Contains(id))
                Remove(id, isLive: false);
        }
    }

    /// <summary>Runs what is due, or as many of those as given; the rest of them come first the next time.</summary>
    private void RunDue(long now, int most)
    {
        if (!_queue.HasDueBatch)
            TakeDue(now);
        RunNext(most);
    }

    private void RunAll()
    {
        RunNext(int.MaxValue); // what an interrupted batch has left
        RunDue(long.MaxValue, int.MaxValue);
        _queue.Count.ShouldBe(0);
        _expected.ShouldBeEmpty();
    }

    private void TakeDue(long now)
    {
        _queue.TakeDue(now, long.MaxValue);
        _due = new Queue<(long Deadline, int Id)>(_expected.TakeWhile(entry => entry.Deadline <= now));
    }

    private void RunNext(int most)
    {
        while (most-- > 0 && _queue.TryNextDue(out var item))
        {
            var next = _due.Dequeue();
            while (!_expected.Contains(next)) // removed
                next = _due.Dequeue();
            ShouldBe(item, next.Id);
            _expected.Remove(next);
        }
    }

    private void ShouldBe(in WorkItem item, int id)
    {
        item.State.ShouldBe(id);
        item.Context.ShouldBe(ContextOf(id));
    }

    private WorkItem Item(int id) => new(static () => { }, id, null, ContextOf(id));

    private ExecutionContext? ContextOf(int id) => _hasContexts && id % 3 == 0 ? Context : null;

    internal static ExecutionContext MakeContext()
    {
        ExecutionContext? context = null;
        ExecutionContext.Run(ExecutionContext.Capture()!, _ =>
        {
            new AsyncLocal<int>().Value = 1;
            context = ExecutionContext.Capture();
        }, null);
        return context!;
    }
}
