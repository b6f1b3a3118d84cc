namespace IOLoops.Callbacks;

/// <summary>
/// A first-in-first-out queue that many threads add to without a lock and one thread takes from. Allocates nothing while
/// no more than <see cref="PoolSize"/> items wait.
/// </summary>
/// <remarks>
/// A stack of nodes: producers push with compare-and-swap, the consumer takes the whole stack with one exchange and
/// reverses it. Neither has an ABA problem: a push is right whatever the top was, as long as it is the top now, and the
/// exchange looks at nothing. All adds go one way, so each thread's order is kept.
/// </remarks>
internal sealed class SignalQueue
{
    internal const int PoolSize = 1024;

    private const int MostCounted = 1_000_000;

    private NodePool? _pool; // made by the first producer: most loops never see a signal
    private Node? _pushed;   // newest first; producers push, the consumer takes all
    private Node? _taken;    // oldest first; the consumer's alone

    internal bool HasWork => _taken is not null || Volatile.Read(ref _pushed) is not null;

    /// <summary>How many wait. Any thread; not exact while some are added and taken.</summary>
    internal int Count => Length(Volatile.Read(ref _taken)) + Length(Volatile.Read(ref _pushed));

    internal void Add(in WorkItem item)
    {
        var pool = Volatile.Read(ref _pool) ?? MakePool();
        var node = pool.Rent();
        node.Item = item;
        Node? top;
        do
        {
            top = Volatile.Read(ref _pushed);
            node.Next = top;
        }
        while (Interlocked.CompareExchange(ref _pushed, node, top) != top);
    }

    internal bool TryTake(out WorkItem item)
    {
        _taken ??= Reverse(Interlocked.Exchange(ref _pushed, null));
        if (_taken is not { } node)
        {
            item = default;
            return false;
        }
        item = node.Item;
        _taken = node.Next;
        _pool!.Return(node);
        return true;
    }

    private static int Length(Node? node)
    {
        int length = 0;
        // Nodes are used again: a reader on another thread may follow them in a circle.
        for (; node is not null && length < MostCounted; node = Volatile.Read(ref node.Next))
            length++;
        return length;
    }

    private NodePool MakePool()
    {
        var pool = new NodePool();
        return Interlocked.CompareExchange(ref _pool, pool, null) ?? pool;
    }

    private static Node? Reverse(Node? newestFirst)
    {
        Node? oldestFirst = null;
        while (newestFirst is { } node)
        {
            newestFirst = node.Next;
            node.Next = oldestFirst;
            oldestFirst = node;
        }
        return oldestFirst;
    }

    private sealed class Node(int index)
    {
        /// <summary>1-based place in the pool; 0 for a node made when the pool was empty.</summary>
        internal readonly int Index = index;
        internal int NextFree; // index of the next spare node, 0 for none
        internal WorkItem Item;
        internal Node? Next;
    }

    /// <summary>
    /// Spare nodes as a lock-free stack of indices. Many threads pop, so the head carries a count that grows with every
    /// change: a compare-and-swap on a head that was popped and pushed back meanwhile fails (no ABA problem).
    /// </summary>
    private sealed class NodePool
    {
        private readonly Node[] _nodes = new Node[PoolSize];
        private long _head = 1; // count << 32 | index

        internal NodePool()
        {
            for (int i = 0; i < PoolSize; i++)
                _nodes[i] = new Node(i + 1) { NextFree = i + 1 < PoolSize ? i + 2 : 0 };
        }

        internal Node Rent()
        {
            while (true)
            {
                long head = Volatile.Read(ref _head);
                int index = (int)head;
                if (index == 0)
                    return new Node(0);
                var node = _nodes[index - 1];
                long rest = NextCount(head) | (uint)Volatile.Read(ref node.NextFree);
                if (Interlocked.CompareExchange(ref _head, rest, head) == head)
                    return node;
            }
        }

        internal void Return(Node node)
        {
            node.Item = default;
            node.Next = null;
            if (node.Index == 0)
                return;
            long head;
            do
            {
                head = Volatile.Read(ref _head);
                Volatile.Write(ref node.NextFree, (int)head);
            }
            while (Interlocked.CompareExchange(ref _head, NextCount(head) | (uint)node.Index, head) != head);
        }

        private static long NextCount(long head) => ((head >> 32) + 1) << 32;
    }
}
