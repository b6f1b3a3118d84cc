using IOLoops;

namespace Figures;

/// <summary>A loop that is measured, and the threads that work for it.</summary>
internal abstract class Subject : IDisposable
{
    /// <summary>The name that the figures have.</summary>
    internal abstract string Kind { get; }

    internal abstract IOLoop Loop { get; }

    /// <summary>The loop's thread first.</summary>
    internal abstract IReadOnlyList<MeasuredThread> Threads { get; }

    /// <summary>Until no thread has anything left to do. Asked twice: one may have woken another that was asked before.</summary>
    internal void WaitUntilAsleep() => Bounded.Until(() => AllSleep() && AllSleep(), $"{Kind} falls asleep");

    /// <summary>The same for all but the loop's own thread, which calls this: one that has woken the loop may still be about to wait.</summary>
    internal void WaitUntilOthersSleep() => Bounded.Until(() => AllSleep(from: 1) && AllSleep(from: 1), $"{Kind}'s other threads fall asleep");

    private bool AllSleep(int from = 0)
    {
        for (int i = from; i < Threads.Count; i++)
        {
            if (!Threads[i].IsAsleep())
                return false;
        }
        return true;
    }

    public abstract void Dispose();
}
