using IOLoops.Conformance;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading.Tests.Loops;

/// <summary>A factory whose overrides throw when a test says so.</summary>
internal sealed class OddFactory(JoinableTaskContext context) : JoinableTaskFactory(context)
{
    private int _throwsLeft;
    private int _transitions;

    /// <summary>Whether the next transitions fail when they begin, instead of when they have ended.</summary>
    internal volatile bool ThrowsAtBegin;

    /// <summary>How many times the main thread was reached.</summary>
    internal int Transitions => Volatile.Read(ref _transitions);

    /// <summary>Has the next transitions to the main thread fail.</summary>
    internal void Throw(int times) => Volatile.Write(ref _throwsLeft, times);

    protected override void OnTransitioningToMainThread(JoinableTask joinableTask)
    {
        if (ThrowsAtBegin)
            ThrowIfTold();
    }

    protected override void OnTransitionedToMainThread(JoinableTask joinableTask, bool canceled)
    {
        Interlocked.Increment(ref _transitions);
        if (!ThrowsAtBegin)
            ThrowIfTold();
    }

    private void ThrowIfTold()
    {
        if (Volatile.Read(ref _throwsLeft) > 0 && Interlocked.Decrement(ref _throwsLeft) >= 0)
            throw new TestException();
    }
}
