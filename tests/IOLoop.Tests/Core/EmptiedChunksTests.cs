using IOLoops.Callbacks;
using IOLoops.Timeouts;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

/// <summary>Where timeouts go when their chunk is emptied: to one other chunk until that is full.</summary>
public sealed class EmptiedChunksTests
{
    private const int ChunkCount = 6;
    private const int ChunkSize = 1_024;

    private static readonly ExecutionContext Context = ManyTimeoutsTests.MakeContext();

    private readonly TimeoutSlots _slots = new();
    private readonly TimeoutChunk[] _chunks = new TimeoutChunk[ChunkCount];
    private int _lastMoved;

    [Fact]
    public void When_most_are_removed_in_their_order_there_are_few_moves_and_few_tables_of_them()
    {
        var item = new WorkItem(static () => { }, null, null, null);
        var added = new TimeoutHandle[100_000];
        for (int i = 0; i < added.Length; i++)
            _slots.Take(item, out added[i]);
        int moves = 0;
        int left = 0;
        long allocated = 0;
        Action<int> count = _ => moves++;
        for (int i = 0; i < added.Length; i++)
        {
            if (i % 10 == 0)
            {
                left++;
                continue;
            }
            int slot = _slots.Find((TimeoutChunk)added[i].Owner!, added[i].Id);
            slot.ShouldNotBe(TimeoutSlots.None);
            _slots.Release(slot, out _);
            if (!_slots.IsSparse)
                continue;
            long before = GC.GetAllocatedBytesForCurrentThread();
            _slots.EmptyOne(count);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        _slots.Count.ShouldBe(left);
        moves.ShouldBeLessThan(left);
        allocated.ShouldBeLessThan(10 * left, "the table that notes where they went is seldom made again");
    }

    [Fact]
    public void The_chunk_that_is_filled_gets_room_for_contexts()
    {
        FillChunks();
        Release((2, 700), (3, 700), (4, 700), (5, 110), (1, 100), (0, 500));
        EmptyOne().ShouldBe((100, 0));
        WithContexts().ShouldBe([5]);
        EmptyOne().ShouldBe((110, 0));
        WithContexts().ShouldBe([0]);
        ContextOfLastMoved().ShouldBe(Context);
    }

    [Fact]
    public void A_chunk_that_was_emptied_has_no_room_for_contexts()
    {
        FillChunks();
        Release((4, 300), (3, 300), (2, 974), (1, 100), (0, 924));
        EmptyOne().ShouldBe((100, 0)); // which is full now
        Release((5, 40));
        EmptyOne().ShouldBe((40, 2));
        WithContexts().ShouldBe([2]);
        ContextOfLastMoved().ShouldBe(Context);
    }

    /// <summary>The last timeout of the last chunk has a context.</summary>
    private void FillChunks()
    {
        for (int slot = 0; slot < ChunkCount * ChunkSize; slot++)
        {
            var context = slot == ChunkCount * ChunkSize - 1 ? Context : null;
            _slots.Take(new WorkItem(static () => { }, null, null, context), out var handle).ShouldBe(slot);
            _chunks[slot / ChunkSize] = (TimeoutChunk)handle.Owner!;
        }
    }

    /// <summary>In this order, which decides where room is looked for: the last of them first.</summary>
    private void Release(params (int Chunk, int Left)[] chunks)
    {
        foreach (var (chunk, left) in chunks)
        {
            for (int i = 0; i < ChunkSize - left; i++)
                _slots.Release(chunk * ChunkSize + i, out _);
        }
    }

    /// <summary>How many were moved, and to which chunk the last of them.</summary>
    private (int Moves, int Chunk) EmptyOne()
    {
        _slots.IsSparse.ShouldBeTrue();
        int moves = 0;
        _slots.EmptyOne(slot =>
        {
            moves++;
            _lastMoved = slot;
        });
        return (moves, _lastMoved / ChunkSize);
    }

    private IEnumerable<int> WithContexts() => Enumerable.Range(0, ChunkCount).Where(chunk => _chunks[chunk].Contexts is not null);

    private ExecutionContext? ContextOfLastMoved()
    {
        _slots.Release(_lastMoved, out var item);
        return item.Context;
    }
}
