using IOLoops.Callbacks;

namespace IOLoops.Registrations;

/// <summary>What waits and calls of asynchronous handlers need of the loop that they belong to.</summary>
internal interface ICallOwner
{
    IOLoop Loop { get; }

    bool IsOnLoopThread { get; }

    /// <summary>Queues a callback. Any thread.</summary>
    /// <returns>False when the loop is closed.</returns>
    bool TryPost(in WorkItem item);

    /// <summary>The token of a wait was cancelled. Any thread.</summary>
    void PostCancellation(ReadinessWaiter waiter, short version);

    /// <summary>The task of an asynchronous handler has ended. The loop's thread, in a callback of its own.</summary>
    void EndAsyncCall(int fd, AsyncHandler target, Task task);

    /// <summary>The same for a task that has not failed, in the middle of another call.</summary>
    /// <returns>False: somebody waits for the end of the call, and would be told here.</returns>
    bool TryEndAsyncCall(int fd, AsyncHandler target);
}
