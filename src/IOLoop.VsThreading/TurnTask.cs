using System.Runtime.ExceptionServices;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading;

/// <summary>
/// The joinable task of one run of a loop. It does nothing but last: turns are posted to its SynchronizationContext, which
/// makes them work of the task, for a main thread that is blocked in its favour to execute. That costs a fraction of a
/// joinable task per turn.
/// </summary>
internal sealed class TurnTask(JoinableTaskFactory factory, JoinableTaskHost host)
{
    private static readonly SendOrPostCallback Invoke = static turn => Run((PostedTurn)turn!);

    // Its continuation may be run by the thread that ends the loop: it is two lines of vs-threading's.
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PostedTurn _arrival = new(host);
    private readonly List<PostedTurn> _early = []; // guarded by itself; posted before _context was known
    private volatile SynchronizationContext? _context;              // written under _early
    private volatile ExceptionDispatchInfo? _failure;               // written under _early

    /// <summary>The task; null before it was started. Volatile.</summary>
    internal JoinableTask? Joinable
    {
        get => Volatile.Read(ref field);
        private set => Volatile.Write(ref field, value);
    }

    /// <summary>Starts the task. Any thread; on another than the main thread, turns wait until that has been reached once.</summary>
    internal void Begin(JoinableTaskCollection collection)
    {
        // Neither a child of what happens to start the loop, nor a holder of its context.
        bool flows = !ExecutionContext.IsFlowSuppressed();
        using (factory.Context.SuppressRelevance())
        {
            if (flows)
                ExecutionContext.SuppressFlow();
            try
            {
                using (JoinableTaskHost.Note(_arrival))
                {
                    Joinable = factory.RunAsync(LastAsync);
                    collection.Add(Joinable);
                }
            }
            finally
            {
                if (flows)
                    ExecutionContext.RestoreFlow();
            }
        }
    }

    /// <summary>Posts to the main thread as work of the task. Any thread.</summary>
    internal void Post(PostedTurn turn)
    {
        if (_context is null || _failure is not null)
        {
            lock (_early)
            {
                _failure?.Throw();
                if (_context is null)
                {
                    _early.Add(turn);
                    return;
                }
            }
        }
        Post(_context!, turn);
    }

    internal void End() => _over.TrySetResult();

    private async Task LastAsync()
    {
        Exception? failure = null;
        try
        {
            await factory.SwitchToMainThreadAsync();
            host.NoteArrival(_arrival);
            OnMainThread(SynchronizationContext.Current!);
        }
        catch (Exception exception)
        {
            failure = exception;
            lock (_early)
                _failure = ExceptionDispatchInfo.Capture(exception);
        }
        host.ReportIfFailed(failure); // to the loop, whose first turn will not come
        if (failure is not null)
            return;
#pragma warning disable VSTHRD003 // nothing waits for it, and it waits for no thread
        await _over.Task.ConfigureAwait(false);
#pragma warning restore VSTHRD003
    }

    private void OnMainThread(SynchronizationContext context)
    {
        PostedTurn[] early;
        lock (_early)
        {
            early = [.. _early];
            _early.Clear();
            _context = context;
        }
        foreach (var turn in early)
            Post(context, turn);
    }

    // Not one more joinable task, and one more switch, for each turn: that is what this class is for.
#pragma warning disable VSTHRD001
    private static void Post(SynchronizationContext context, PostedTurn turn)
    {
        using (JoinableTaskHost.Note(turn))
            context.Post(Invoke, turn);
    }
#pragma warning restore VSTHRD001

    private static void Run(PostedTurn turn) => turn.Host.Run(turn);
}
