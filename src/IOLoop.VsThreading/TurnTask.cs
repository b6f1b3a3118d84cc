using System.Runtime.ExceptionServices;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading;

/// <summary>
/// The joinable task of one run of a loop. It does nothing but last: turns are posted to its SynchronizationContext, which
/// makes them work of the task, for a main thread that is blocked in its favour to execute. That costs a fraction of a
/// joinable task per turn.
/// </summary>
internal sealed class TurnTask(JoinableTaskFactory factory)
{
    private static readonly SendOrPostCallback Invoke = static turn => ((JoinableTaskHost.PostedTurn)turn!).Run();

    // Its continuation may be run by whoever ends the loop: it is two lines of vs-threading's.
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<JoinableTaskHost.PostedTurn> _early = []; // guarded by itself; posted before _context was known
    private volatile SynchronizationContext? _context;              // written under _early
    private ExceptionDispatchInfo? _failure;                        // written under _early

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
                collection.Add(factory.RunAsync(LastAsync));
            }
            finally
            {
                if (flows)
                    ExecutionContext.RestoreFlow();
            }
        }
    }

    /// <summary>Posts to the main thread as work of the task. Any thread.</summary>
    internal void Post(JoinableTaskHost.PostedTurn turn)
    {
        if (_context is null)
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
        try
        {
            await factory.SwitchToMainThreadAsync();
            OnMainThread(SynchronizationContext.Current!);
        }
        catch (Exception exception)
        {
            // What is posted, or was, learns of it.
            lock (_early)
                _failure = ExceptionDispatchInfo.Capture(exception);
            return;
        }
#pragma warning disable VSTHRD003 // nobody waits for it, and it waits for no thread
        await _over.Task.ConfigureAwait(false);
#pragma warning restore VSTHRD003
    }

    private void OnMainThread(SynchronizationContext context)
    {
        JoinableTaskHost.PostedTurn[] early;
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
    private static void Post(SynchronizationContext context, JoinableTaskHost.PostedTurn turn) => context.Post(Invoke, turn);
#pragma warning restore VSTHRD001
}
