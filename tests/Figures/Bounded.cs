using System.Diagnostics;

namespace Figures;

/// <summary>Waits that end.</summary>
internal static class Bounded
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Looks until it is so. The thread that is waited for must not be asked to tell: that would be a call of its own.</summary>
    internal static void Until(Func<bool> isSo, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            Thread.SpinWait(200);
            Thread.Yield();
            if (Stopwatch.GetElapsedTime(began) > Limit)
                throw new TimeoutException($"Not within {Limit}: {what}");
        }
    }

    internal static void Wait(Task task, string what)
    {
        if (!task.Wait(Limit))
            throw new TimeoutException($"Not within {Limit}: {what}");
    }
}
