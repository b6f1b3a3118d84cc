using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading;

/// <summary>What starts a loop's joinable task: the factory that was given, but for how it posts to the main thread's context.</summary>
internal sealed class TurnFactory(JoinableTaskFactory inner, JoinableTaskHost host) : DelegatingJoinableTaskFactory(inner)
{
    private static readonly SendOrPostCallback RunQueue = static host => ((JoinableTaskHost)host!).RunQueue();

    private static readonly SendOrPostCallback Answer = static host => ((JoinableTaskHost)host!).Answer();

    internal JoinableTaskFactory Inner { get; } = inner;

    /// <summary>Whether there is nothing to post to but the thread pool, which the base class of contexts posts to.</summary>
    internal bool PostsAnywhere => UnderlyingSynchronizationContext is null || UnderlyingSynchronizationContext.GetType() == typeof(SynchronizationContext);

    protected override void PostToUnderlyingSynchronizationContext(SendOrPostCallback callback, object state)
    {
        if (host.Enqueue(callback, state))
            Post(RunQueue);
    }

    /// <summary>Asks whether the main thread's context still takes anything. Where it does not, that is noted.</summary>
    internal void Ask() => Post(Answer);

    private void Post(SendOrPostCallback message)
    {
        try
        {
            base.PostToUnderlyingSynchronizationContext(message, host);
        }
        catch (Exception exception)
        {
            host.NoteFailure(exception);
        }
    }
}
