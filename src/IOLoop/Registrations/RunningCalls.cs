using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Interop;
using IOLoops.Ownership;

namespace IOLoops.Registrations;

/// <summary>Calls of handlers that are under way: the one on the stack, and those of asynchronous handlers whose tasks have not ended.</summary>
internal sealed class RunningCalls(IOLoop loop, LoopGate gate, RegistrationSet registrations, ReadyBatch batch, EndingCalls ending, Poster poster)
{
    private readonly EndingCalls _ending = ending;
    private readonly RegistrationSet _registrations = registrations;

    /// <summary>The handler whose call the turn is in the middle of. The loop's thread.</summary>
    internal IOHandler? Current { get; set; }

    internal bool IsOnLoopThread => gate.IsOnLoopThread;

    /// <summary>A call is over: its descriptor may be reported again, and code that waits for the end of the call continues.</summary>
    [MethodImpl(Jit.Hot)]
    internal void End(ref HandlerRegistration row, int fd, object target, RegistrationFlags call)
    {
        if (_ending.Any)
            _ending.End(fd, target);
        // The row may have been freed, or taken by another registration that is in no call.
        if (!ReferenceEquals(row.Target, target))
            return;
        row.Flags &= ~call;
        if ((row.Flags & (RegistrationFlags.Suspended | RegistrationFlags.Busy)) == RegistrationFlags.Suspended)
            _registrations.Resume(ref row, fd);
    }

    /// <summary>Queues a callback. Any thread.</summary>
    /// <returns>False when the loop is closed.</returns>
    internal bool TryPost(in WorkItem item) => poster.TryPost(item);

    /// <summary>The task of an asynchronous handler has ended. The loop's thread, in a callback of its own.</summary>
    internal void EndAsync(int fd, AsyncHandler target, Task task)
    {
        Report(target, task);
        EndRest(fd, target);
    }

    /// <summary>The same for a task that has not failed, in the middle of another call.</summary>
    /// <returns>False: code waits for the end of the call, and would resume here.</returns>
    internal bool TryEndAsync(int fd, AsyncHandler target)
    {
        if (_ending.Any)
            return false;
        EndRest(fd, target);
        return true;
    }

    internal void Report(AsyncHandler target, Task task) => TaskFailures.Report(loop, target.Handler, task);

    private void EndRest(int fd, AsyncHandler target)
    {
        ref var row = ref _registrations.Table.Find(fd);
        if (Unsafe.IsNullRef(ref row))
            return;
        // What the batch under way says of it is from before its task has ended, which may have read everything since.
        if (batch.HasMore && ReferenceEquals(row.Target, target))
        {
            row.Flags |= RegistrationFlags.EndedInBatch;
            row.ChangedInPoll = batch.Poll;
        }
        End(ref row, fd, target, RegistrationFlags.Resting);
    }
}
