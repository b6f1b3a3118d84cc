namespace IOLoops.Registrations;

/// <summary>Calls whose handlers were removed while they ran, for those who wait for their end. As guarded as the registrations.</summary>
internal sealed class EndingCalls
{
    private readonly List<EndingCall> _calls = [];

    internal bool Any => _calls.Count > 0;

    internal void Add(int descriptor, object target) => _calls.Add(new EndingCall(descriptor, target));

    /// <summary>A call is over.</summary>
    internal void End(int descriptor, object target)
    {
        int place = _calls.FindLastIndex(call => call.Descriptor == descriptor && ReferenceEquals(call.Target, target));
        if (place < 0)
            return;
        _calls[place].End();
        _calls.RemoveAt(place);
    }

    /// <summary>Ends when no call of a handler that was removed from the descriptor runs, except the caller's own.</summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="caller">The asynchronous handler that asks, if one does.</param>
    /// <param name="current">The handler that the turn is in the middle of, if it is.</param>
    internal Task EndOf(FileDescriptor fd, AsyncHandler? caller, IOHandler? current)
    {
        List<Task>? running = null;
        foreach (var call in _calls)
        {
            bool isCaller = ReferenceEquals(call.Target, caller) || ReferenceEquals(call.Target, current);
            if (call.Descriptor == fd.Number && !isCaller)
                (running ??= []).Add(call.Ended.Task);
        }
        return running is null ? Task.CompletedTask : Task.WhenAll(running);
    }

    internal EndingCall[] TakeAll()
    {
        EndingCall[] taken = [.. _calls];
        _calls.Clear();
        return taken;
    }
}
