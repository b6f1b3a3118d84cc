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

    private bool AllSleep()
    {
        foreach (var thread in Threads)
        {
            if (!thread.IsAsleep())
                return false;
        }
        return true;
    }

    public abstract void Dispose();
}
