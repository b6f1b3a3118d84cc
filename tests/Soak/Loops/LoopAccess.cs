using IOLoops;

namespace Soak.Loops;

/// <summary>What the workloads call of a loop. A planted fault overrides a member.</summary>
internal class LoopAccess(Life life)
{
    protected Life Life { get; } = life;

    protected IOLoop Loop => Life.Loop;

    /// <summary>A callback from any thread, in one of the ways that keep the order among themselves.</summary>
    internal virtual void Post(Action callback, int way = 0)
    {
        switch (way)
        {
            case 1:
                Loop.AddCallback(static run => run(), callback);
                break;
            case 2:
                Loop.SpawnCallback(callback);
                break;
            case 3:
                Loop.SynchronizationContext.Post(static run => ((Action)run!)(), callback);
                break;
            case 4:
                Loop.AddWorkItem(new WorkItem(callback));
                break;
            case 5:
                _ = Loop.InvokeAsync(callback);
                break;
            default:
                Loop.AddCallback(callback);
                break;
        }
    }

    internal const int Ways = 6;

    /// <summary>The same, and the caller waits until it has run: the loop may be asleep.</summary>
    internal virtual void Wake(Action callback, int way) => Post(callback, way);

    internal virtual void PostFromSignal(Action callback) => Loop.AddCallbackFromSignal(callback);

    internal virtual bool TryPost(Action callback) => Loop.TryAddCallback(callback);

    internal virtual TimeoutHandle CallAt(LoopTime when, Action callback) => Loop.CallAt(when, callback);

    internal virtual void RemoveTimeout(TimeoutHandle timeout) => Loop.RemoveTimeout(timeout);

    internal virtual void AddHandler(FileDescriptor fd, IOHandler handler, IOEvents events) => Loop.AddHandler(fd, handler, events);

    internal virtual void UpdateHandler(FileDescriptor fd, IOEvents events) => Loop.UpdateHandler(fd, events);

    internal virtual void RemoveHandler(FileDescriptor fd) => Loop.RemoveHandler(fd);

    internal virtual ValueTask RemoveHandlerAsync(FileDescriptor fd) => Loop.RemoveHandlerAsync(fd);

    internal virtual ValueTask<IOEvents> WaitAsync(FileDescriptor fd, CancellationToken cancellationToken) =>
        Loop.WaitAsync(fd, IOEvents.Read, cancellationToken);

    internal virtual void Close() => Loop.Close();

    /// <summary>For planted faults: a run has ended.</summary>
    internal virtual void OnStopped()
    {
    }

    /// <summary>For planted faults: the loop was closed.</summary>
    internal virtual void OnClosed()
    {
    }

    /// <summary>For planted faults: a round has ended.</summary>
    internal virtual void OnRoundEnded()
    {
    }

    private sealed class WorkItem(Action callback) : IThreadPoolWorkItem
    {
        public void Execute() => callback();
    }
}
