namespace IOLoops.Registrations;

/// <summary>Waits of one descriptor, oldest first, linked through themselves.</summary>
internal struct WaitList
{
    private ReadinessWaiter? _last;

    internal ReadinessWaiter? First { get; private set; }

    internal void Add(ReadinessWaiter waiter)
    {
        if (_last is null)
            First = waiter;
        else
            _last.Next = waiter;
        _last = waiter;
    }

    /// <summary>Adds a whole list.</summary>
    internal void Add(in WaitList list)
    {
        if (list.First is not { } first)
            return;
        if (_last is null)
            First = first;
        else
            _last.Next = first;
        _last = list._last;
    }

    internal ReadinessWaiter? TakeFirst()
    {
        if (First is not { } first)
            return null;
        First = first.TakeNext();
        if (First is null)
            _last = null;
        return first;
    }

    /// <summary>Puts one behind the last of a list that is known by its first.</summary>
    internal static void Append(ReadinessWaiter first, ReadinessWaiter waiter)
    {
        while (first.Next is { } next)
            first = next;
        first.Next = waiter;
    }

    /// <summary>Takes a list apart: those that a test holds for, and the others.</summary>
    internal static (WaitList Matching, WaitList Others) Split<TState>(ReadinessWaiter? first, Func<ReadinessWaiter, TState, bool> matches, TState state)
    {
        WaitList matching = default;
        WaitList others = default;
        for (var waiter = first; waiter is not null;)
        {
            var next = waiter.TakeNext();
            if (matches(waiter, state))
                matching.Add(waiter);
            else
                others.Add(waiter);
            waiter = next;
        }
        return (matching, others);
    }

    internal static bool Contains(ReadinessWaiter? first, ReadinessWaiter waiter)
    {
        for (; first is not null; first = first.Next)
        {
            if (ReferenceEquals(first, waiter))
                return true;
        }
        return false;
    }
}
