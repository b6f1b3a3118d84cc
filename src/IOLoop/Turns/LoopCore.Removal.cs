using IOLoops.Callbacks;
using IOLoops.Registrations;

namespace IOLoops.Turns;

/// <summary>Removing handlers from any thread, and waiting for the end of their calls.</summary>
internal sealed partial class LoopCore
{
    private readonly Queue<RemovalRequest> _removals = []; // guarded by _runGate
    private volatile bool _removalRequested;               // whether there are any

    internal ValueTask RemoveHandlerAsync(FileDescriptor fd)
    {
        if (IsOnLoopThread)
        {
            RemoveNow(fd);
            return new ValueTask(EndOfCalls(fd, AsyncHandler.Current));
        }
        if (TryRemoveIdle(fd, out var removal))
            return removal;
        // As with Stop: the request's flag, a fence, the sleep state here; the sleep state, a fence, the flag in Poll.
        Interlocked.MemoryBarrier();
        if (_callbacks.NeedsWake())
            _wake();
        return removal;
    }

    /// <summary>
    /// While the gate is held no run can begin or end: either the loop may be used from here, or the run under way serves the
    /// request, in its next turn or when it ends. Of a hosted loop, too: between its turns the host's thread looks at the tables
    /// without the gate.
    /// </summary>
    /// <returns>False: it was asked for, and the run under way is to see that.</returns>
    private bool TryRemoveIdle(FileDescriptor fd, out ValueTask removal)
    {
        using var idle = EnterIdleOrBusy();
        if (idle.IsBusy)
        {
            removal = Request(fd);
            return false;
        }
        removal = ValueTask.CompletedTask;
        if (idle.IsClosed)
            return true;
        RemoveNow(fd);
        removal = new ValueTask(EndOfCalls(fd, AsyncHandler.Current));
        idle.WakeIf(NeedsWakeAfterRemoval());
        return true;
    }

    private ValueTask Request(FileDescriptor fd)
    {
        var request = new RemovalRequest(fd, AsyncHandler.Current);
        _removals.Enqueue(request);
        _removalRequested = true;
        return new ValueTask(request.Done.Task);
    }

    /// <summary>Does what other threads have asked for, one request after the other. What ends by it is told between calls, as ever.</summary>
    private void ServeRemovals()
    {
        while (TakeRemoval() is { } request)
        {
            RemoveNow(request.Descriptor);
            request.EndWith(EndOfCalls(request.Descriptor, request.Caller));
        }
    }

    private RemovalRequest? TakeRemoval()
    {
        lock (_runGate)
        {
            if (_removals.TryDequeue(out var request))
                return request;
            _removalRequested = false;
            return null;
        }
    }

    /// <summary>Ends when no call of a handler that was removed from the descriptor runs, but for the caller's own.</summary>
    private Task EndOfCalls(FileDescriptor fd, AsyncHandler? caller)
    {
        List<Task>? running = null;
        foreach (var call in _endingCalls)
        {
            bool isCaller = ReferenceEquals(call.Target, caller) || ReferenceEquals(call.Target, _current);
            if (call.Descriptor == fd.Number && !isCaller)
                (running ??= []).Add(call.Ended.Task);
        }
        return running is null ? Task.CompletedTask : Task.WhenAll(running);
    }

    private sealed class RemovalRequest(FileDescriptor descriptor, AsyncHandler? caller)
    {
        internal FileDescriptor Descriptor { get; } = descriptor;

        /// <summary>The asynchronous handler that asks, if one does: it must not wait for its own end.</summary>
        internal AsyncHandler? Caller { get; } = caller;

        internal TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal void EndWith(Task removal)
        {
            if (removal.IsCompletedSuccessfully)
                Done.SetResult();
            else
                TaskEnd.Then(removal, Done.SetResult);
        }
    }
}
