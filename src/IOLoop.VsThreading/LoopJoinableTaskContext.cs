using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading;

/// <summary>Joinable tasks on a loop.</summary>
public static class LoopJoinableTaskContext
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// A context whose main thread is the loop's, on consoles, too: <see cref="JoinableTaskFactory.SwitchToMainThreadAsync(CancellationToken)"/>
    /// resumes on the loop, in its next turn, and <see cref="JoinableTaskFactory.Run(Func{Task})"/> on the loop's thread blocks it
    /// without deadlock for joinable work. While it does, the loop's own handlers and timeouts wait.
    /// </summary>
    /// <param name="loop">
    /// While it runs, its thread is the context's main thread, wherever this is called. While it does not, the calling thread
    /// is, and must be the one to run the loop later.
    /// </param>
    /// <returns>The context. What it posts to a closed loop is dropped, and logged.</returns>
    /// <remarks>
    /// A context keeps its main thread for good. A loop that has no thread of its own (on the thread pool), or is run by another
    /// thread later, makes switching to the main thread throw a <see cref="JoinableTaskContextException"/>.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="loop"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <exception cref="InvalidOperationException">The loop, which ran on another thread, stopped before it could be asked for it.</exception>
    /// <example>
    /// <code>
    /// using var loop = new PollIOLoop();
    /// var context = loop.CreateJoinableTaskContext();              // this thread runs the loop: it is the main thread
    /// loop.RunSync(async () =>
    /// {
    ///     await TaskScheduler.Default;                             // continues on the thread pool
    ///     await context.Factory.SwitchToMainThreadAsync();         // and again on the loop's thread
    /// });
    /// </code>
    /// </example>
    public static JoinableTaskContext CreateJoinableTaskContext(this IOLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ObjectDisposedException.ThrowIf(loop.IsClosed, loop);
        return new JoinableTaskContext(ThreadOf(loop), loop.SynchronizationContext);
    }

    private static Thread ThreadOf(IOLoop loop)
    {
        if (loop.IsOnLoopThread || !loop.IsRunning)
            return Thread.CurrentThread;
        var thread = loop.InvokeAsync(static () => Thread.CurrentThread);
#pragma warning disable VSTHRD002 // it waits for the loop's next turn, on a thread that is not the loop's
        while (Task.WaitAny([thread], Glance) < 0)
        {
            if (!loop.IsRunning && !thread.IsCompleted)
                throw new InvalidOperationException($"{loop.Name} stopped before it could tell its thread: call this on the thread that runs the loop.");
        }
        return thread.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }
}
