using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading;

/// <summary>
/// What starts a loop's joinable task: it does all as the factory that was given, except how it posts to the main thread's context,
/// and that the task is no member of that factory's collection. A loop is not work that ends: code that waits for all work of the
/// collection must not wait for it. See <see cref="FactoryMembership"/>.
/// </summary>
internal sealed class TurnFactory(JoinableTaskFactory inner, JoinableTaskHost host) : JoinableTaskFactory(inner.Context)
{
    private static readonly SendOrPostCallback RunQueue = static host => ((JoinableTaskHost)host!).RunQueue();

    private static readonly SendOrPostCallback Answer = static host => ((JoinableTaskHost)host!).Answer();

    private readonly Given _given = new(inner, host);

    /// <summary>The factory that was given. What it overrides ends the loop's run when it throws, instead of what is executed then.</summary>
    internal JoinableTaskFactory Guarded => _given;

    /// <summary>Whether there is nothing to post to but the thread pool, which the base class of contexts posts to.</summary>
    internal bool PostsAnywhere => UnderlyingSynchronizationContext is null || UnderlyingSynchronizationContext.GetType() == typeof(SynchronizationContext);

    protected override void PostToUnderlyingSynchronizationContext(SendOrPostCallback callback, object state)
    {
        if (host.Enqueue(callback, state))
            Post(RunQueue);
    }

    protected override void OnTransitioningToMainThread(JoinableTask joinableTask) => _given.BeginTransition(joinableTask);

    protected override void OnTransitionedToMainThread(JoinableTask joinableTask, bool canceled) => _given.EndTransition(joinableTask, canceled);

    /// <summary>Asks whether the main thread's context still takes anything. Where it does not, that is noted.</summary>
    internal void Ask() => Post(Answer);

    private void Post(SendOrPostCallback message)
    {
        try
        {
            _given.Post(message, host);
        }
        catch (Exception exception)
        {
            host.NoteFailure(exception);
        }
    }

    /// <summary>The overrides of the factory that was given, which only a factory that delegates to it can call.</summary>
    /// <remarks>
    /// vs-threading no longer has a piece of work by the time it calls <see cref="OnTransitionedToMainThread"/>: what that threw would
    /// lose a turn without a word, and in <see cref="OnTransitioningToMainThread"/> may end the process.
    /// </remarks>
    private sealed class Given(JoinableTaskFactory inner, JoinableTaskHost host) : DelegatingJoinableTaskFactory(inner)
    {
        internal void Post(SendOrPostCallback callback, object state) => PostToUnderlyingSynchronizationContext(callback, state);

        internal void BeginTransition(JoinableTask joinableTask) => OnTransitioningToMainThread(joinableTask);

        internal void EndTransition(JoinableTask joinableTask, bool canceled) => OnTransitionedToMainThread(joinableTask, canceled);

        protected override void OnTransitioningToMainThread(JoinableTask joinableTask)
        {
            int epoch = host.Epoch;
            try
            {
                base.OnTransitioningToMainThread(joinableTask);
            }
            catch (Exception exception)
            {
                host.LoseBy(nameof(OnTransitioningToMainThread), exception, epoch);
            }
        }

        protected override void OnTransitionedToMainThread(JoinableTask joinableTask, bool canceled)
        {
            int epoch = host.Epoch;
            try
            {
                base.OnTransitionedToMainThread(joinableTask, canceled);
            }
            catch (Exception exception)
            {
                host.LoseBy(nameof(OnTransitionedToMainThread), exception, epoch);
            }
        }
    }
}
