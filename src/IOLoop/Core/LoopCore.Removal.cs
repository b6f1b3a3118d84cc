namespace IOLoops.Core;

/// <summary>Removing handlers from any thread, and waiting for the end of their calls.</summary>
internal sealed partial class LoopCore
{
    private readonly List<RemovalRequest> _removals = []; // guarded by _runGate
    private volatile bool _removalRequested;              // whether there are any

    internal ValueTask RemoveHandlerAsync(FileDescriptor fd)
    {
        if (IsOnLoopThread)
            return RemoveAndWait(fd);
        ValueTask removal;
        bool isServed;
        bool wake;
        lock (_runGate)
        {
            // While the gate is held no run can begin or end: either the loop may be used from here, or the run under way
            // serves the request, in its next turn or when it ends. Of a hosted loop, too: between its turns the host's
            // thread looks at the tables without the gate.
            isServed = _threadId == 0 && (!_isAttached || _isHostThread!());
            removal = isServed ? RemoveAndWait(fd) : Request(fd);
            wake = isServed && NeedsWakeForDescriptors();
        }
        // As with Stop: the request's flag, a fence, the sleep state here; the sleep state, a fence, the flag in Poll.
        Interlocked.MemoryBarrier();
        if (wake || (!isServed && _callbacks.NeedsWake()))
            _wake();
        return removal;
    }

    private ValueTask Request(FileDescriptor fd)
    {
        var request = new RemovalRequest(fd, ExecutionContext.Capture());
        _removals.Add(request);
        _removalRequested = true;
        return new ValueTask(request.Done.Task);
    }

    /// <summary>Does what other threads have asked for. The loop's thread.</summary>
    private void ServeRemovals()
    {
        RemovalRequest[] requests;
        lock (_runGate)
        {
            requests = [.. _removals];
            _removals.Clear();
            _removalRequested = false;
        }
        foreach (var request in requests)
        {
            if (request.Context is null)
                Serve(request);
            else
                ExecutionContext.Run(request.Context, state => Serve((RemovalRequest)state!), request); // who asks decides what is its own call
        }
    }

    private void Serve(RemovalRequest request)
    {
        var removal = RemoveAndWait(request.Descriptor);
        if (removal.IsCompletedSuccessfully)
            request.Done.SetResult();
        else
            TaskEnd.Then(removal.AsTask(), request.Done.SetResult);
    }

    private ValueTask RemoveAndWait(FileDescriptor fd)
    {
        RemoveNow(fd);
        List<Task>? running = null;
        foreach (var call in _endingCalls)
        {
            bool isCaller = call.Target is AsyncHandler handler ? handler.IsCaller : ReferenceEquals(call.Target, _current);
            if (call.Descriptor == fd.Number && !isCaller)
                (running ??= []).Add(call.Ended.Task);
        }
        return running is null ? ValueTask.CompletedTask : new ValueTask(Task.WhenAll(running));
    }

    private sealed class RemovalRequest(FileDescriptor descriptor, ExecutionContext? context)
    {
        internal FileDescriptor Descriptor { get; } = descriptor;

        internal ExecutionContext? Context { get; } = context;

        internal TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
