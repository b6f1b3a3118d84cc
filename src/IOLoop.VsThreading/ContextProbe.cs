using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading;

/// <summary>Looks at what a context posts to, which it shows to factories alone.</summary>
internal sealed class ContextProbe(JoinableTaskContext context) : JoinableTaskFactory(context)
{
    /// <summary>Whether it is the base class, which posts to the thread pool.</summary>
    internal bool PostsAnywhere => UnderlyingSynchronizationContext?.GetType() == typeof(SynchronizationContext);
}
