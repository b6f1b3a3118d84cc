using IOLoops.Callbacks;
using IOLoops.Ownership;

namespace IOLoops.Registrations;

/// <summary>Removals that other threads ask a running loop for. They are served one at a time: what one of them resumes may wait for the next.</summary>
internal sealed class Removals(LoopGate gate, RegistrationSet registrations, RunningCalls calls, EndingCalls ending)
{
    private readonly Queue<Request> _requests = []; // guarded by the gate
    private volatile bool _any;

    /// <summary>Whether there are any. Any thread.</summary>
    internal bool Any => _any;

    /// <summary>Removes at once. On the loop's thread, or while the gate is held and no turn runs.</summary>
    /// <returns>Ends when no call of a handler that was removed from the descriptor runs, except the caller's own.</returns>
    internal Task Remove(FileDescriptor fd) => Remove(fd, AsyncHandler.Current);

    /// <summary>Asks for a removal. While the gate is held. The caller fences, and wakes a loop that sleeps.</summary>
    // Modelled in tests/models: hosted.
    internal ValueTask Ask(FileDescriptor fd)
    {
        var request = new Request(fd, AsyncHandler.Current);
        _requests.Enqueue(request);
        _any = true;
        return new ValueTask(request.Done.Task);
    }

    /// <summary>Does what was asked for. The loop's thread.</summary>
    internal void Serve()
    {
        while (Take() is { } request)
            request.EndWith(Remove(request.Descriptor, request.Caller));
    }

    /// <summary>The same while the gate is held.</summary>
    /// <returns>What to call when it was left.</returns>
    // Modelled in tests/models: hosted.
    internal Action ServeHeld()
    {
        var served = new List<(Request Request, Task Removal)>();
        while (_requests.TryDequeue(out var request))
            served.Add((request, Remove(request.Descriptor, request.Caller)));
        _any = false;
        return () =>
        {
            foreach (var (request, removal) in served)
                request.EndWith(removal);
        };
    }

    private Task Remove(FileDescriptor fd, AsyncHandler? caller)
    {
        registrations.Remove(fd);
        return ending.EndOf(fd, caller, calls.Current);
    }

    // Modelled in tests/models: hosted.
    private Request? Take()
    {
        using var held = gate.Hold();
        if (_requests.TryDequeue(out var request))
            return request;
        _any = false;
        return null;
    }

    private sealed class Request(FileDescriptor descriptor, AsyncHandler? caller)
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
