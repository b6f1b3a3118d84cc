using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading;

/// <summary>Posts by Windows messages; does all else as the factory that was given.</summary>
internal sealed class WindowsMessageFactory(JoinableTaskFactory inner, MessagePoster poster) : DelegatingJoinableTaskFactory(inner)
{
    protected override void PostToUnderlyingSynchronizationContext(SendOrPostCallback callback, object state) => poster.Post(callback, state);
}
