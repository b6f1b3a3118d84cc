using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Interop;
using IOLoops.Ownership;
using IOLoops.Polling;
using IOLoops.Registrations;

namespace IOLoops.Turns;

/// <summary>The last phase of a turn: calls the handlers of the descriptors that its poll has found ready.</summary>
internal sealed class Dispatcher(
    IOLoop loop, ReadyBatch batch, RegistrationSet registrations, Waits waits, RunningCalls calls, EndTeller ends, CallContext context, LoopView view,
    Action? beforeCalls, Func<bool>? pauses)
{
    private readonly ReadyBatch _batch = batch;
    private readonly HandlerTable _handlers = registrations.Table;
    private readonly RunningCalls _calls = calls;
    private readonly CallContext _context = context;
    private readonly LoopView _view = view;
    private readonly Action? _beforeCalls = beforeCalls;
    private readonly Func<bool>? _pauses = pauses;

    /// <returns>How many were called.</returns>
    /// <remarks>The turn has asked whether it is observed before it slept in the poller: what wakes it may be what blocks.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int RunHandlers<TObserver>()
        where TObserver : struct, ITurnObserver
    {
        if (!_batch.HasMore)
            return 0;
        return typeof(TObserver) == typeof(Observed) || !_view.IsWatched ? Run<TObserver>() : RunObserved();
    }

    private int RunObserved()
    {
        Observed.BeginTurn(_view);
        int ran = Run<Observed>();
        Observed.EndTurn(_view);
        return ran;
    }

    [MethodImpl(Jit.Hot)]
    private int Run<TObserver>()
        where TObserver : struct, ITurnObserver
    {
        int ran = 0;
        _beforeCalls?.Invoke();
        while (_batch.HasMore)
        {
            if (!Dispatch<TObserver>(_batch.Next()))
                continue;
            ran++;
            if (_pauses is not null && _batch.HasMore && _pauses())
                break; // the next turn handles the rest
        }
        _view.Counters.HandlerCalls += ran;
        if (_batch.GhostSeen && !_batch.HasMore)
            registrations.RebuildPoller();
        return ran;
    }

    [MethodImpl(Jit.Hot)]
    private bool Dispatch<TObserver>(in ReadyEvent ready)
        where TObserver : struct, ITurnObserver
    {
        int fd = HandlerTable.Descriptor(ready.Token);
        ref var row = ref _handlers.Find(fd);
        if (Unsafe.IsNullRef(ref row) || row.Generation != HandlerTable.Generation(ready.Token))
        {
            // Freed or replaced since this poll: the event is merely stale. Before it: the kernel reports a file that is no
            // longer ours, which a duplicate keeps alive, and will do so in every poll.
            if (Unsafe.IsNullRef(ref row) || row.ChangedInPoll != _batch.Poll)
                _batch.GhostSeen = true;
            return false;
        }
        if (row.Flags != RegistrationFlags.None && !IsDispatchable(ref row, fd))
            return false;
        var events = ready.Events & (row.Events | IOEvents.Error);
        if (events == IOEvents.None)
            return false;
        if (row.Target is IOHandler handler)
            Call<TObserver>(ref row, fd, handler, events);
        else if (row.Target is AsyncHandler asyncHandler)
            Call<TObserver>(ref row, fd, asyncHandler, events);
        else
            EndWaits<TObserver>(ref row, fd, events);
        return true;
    }

    private bool IsDispatchable(ref HandlerRegistration row, int fd)
    {
        if ((row.Flags & RegistrationFlags.EndedInBatch) != 0)
        {
            row.Flags &= ~RegistrationFlags.EndedInBatch;
            if (row.ChangedInPoll == _batch.Poll)
                return false;
        }
        if ((row.Flags & RegistrationFlags.Lingering) != 0)
        {
            // A turn nested in a caller that resumed: no wait is left, and the descriptor would be reported in every poll.
            registrations.ForgetWaits(ref row, fd);
            return false;
        }
        if ((row.Flags & RegistrationFlags.Busy) == 0)
            return !registrations.LoseIfClosed(ref row, fd);
        registrations.Suspend(ref row, fd);
        return false;
    }

    [MethodImpl(Jit.Hot)]
    private void Call<TObserver>(ref HandlerRegistration row, int fd, IOHandler handler, IOEvents events)
        where TObserver : struct, ITurnObserver
    {
        var outer = _calls.Current;
        _calls.Current = handler;
        row.Flags |= RegistrationFlags.Running;
        CallContext.EnterCall(row.Context);
        var call = TObserver.BeginHandler(_view, handler, fd, row.Object, events);
        Exception? failure = null;
        try
        {
            handler(new FileDescriptor(fd, row.Object), events);
        }
        catch (Exception exception)
        {
            failure = exception;
            loop.ReportFailure(handler, exception);
        }
        TObserver.EndHandler(_view, call, failure);
        _context.LeaveCall();
        _calls.Current = outer;
        _calls.End(ref row, fd, handler, RegistrationFlags.Running);
    }

    private void Call<TObserver>(ref HandlerRegistration row, int fd, AsyncHandler target, IOEvents events)
        where TObserver : struct, ITurnObserver
    {
        row.Flags |= RegistrationFlags.Running;
        CallContext.EnterCall(row.Context);
        var call = TObserver.BeginHandler(_view, target.Handler, fd, row.Object, events);
        Exception? failure = null;
        Task? task = null;
        try
        {
            task = target.Handler(new FileDescriptor(fd, row.Object), events);
            if (task is { IsCompletedSuccessfully: false })
                failure = TaskFailures.Of(task);
        }
        catch (Exception exception)
        {
            failure = exception;
            loop.ReportFailure(target.Handler, exception);
        }
        bool isOver = task is not { IsCompleted: false };
        if (isOver && task is not null)
            _calls.Report(target, task); // part of the call, should it block
        TObserver.EndHandler(_view, call, failure);
        _context.LeaveCall();
        if (!isOver)
        {
            if (ReferenceEquals(row.Target, target))
                row.Flags = (row.Flags & ~RegistrationFlags.Running) | RegistrationFlags.Resting;
            target.Begin(_calls, fd, task!);
            return;
        }
        _calls.End(ref row, fd, target, RegistrationFlags.Running);
    }

    private void EndWaits<TObserver>(ref HandlerRegistration row, int fd, IOEvents events)
        where TObserver : struct, ITurnObserver
    {
        var call = TObserver.BeginHandler(_view, null, fd, row.Object, events);
        uint generation = row.Generation;
        // All of them, before any continuation runs: it may wait again, or add a handler.
        waits.End(ref row, fd, events);
        ends.TellWaits<TObserver>();
        waits.Settle(fd, generation);
        TObserver.EndHandler(_view, call, null);
    }
}
