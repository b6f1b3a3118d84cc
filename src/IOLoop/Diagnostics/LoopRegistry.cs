

namespace IOLoops.Diagnostics;

/// <summary>The loops that are not closed, for metrics. It keeps none of them alive.</summary>
internal static class LoopRegistry
{
    private const int FirstPrune = 64;

    private static readonly Lock Gate = new();
    private static readonly List<WeakReference<IObservedLoop>> Cores = []; // guarded by Gate
    private static int s_pruneAt = FirstPrune;                        // guarded by Gate

    internal static void Add(IObservedLoop core)
    {
        lock (Gate)
        {
            // Loops that were dropped without being closed: looked for when there are twice as many as there were alive.
            if (Cores.Count >= s_pruneAt)
            {
                Cores.RemoveAll(static known => !known.TryGetTarget(out _));
                s_pruneAt = Math.Max(FirstPrune, Cores.Count * 2);
            }
            Cores.Add(new WeakReference<IObservedLoop>(core));
        }
    }

    internal static void Remove(IObservedLoop closed)
    {
        lock (Gate)
            Cores.RemoveAll(known => !known.TryGetTarget(out var core) || ReferenceEquals(core, closed));
    }

    internal static List<IObservedLoop> Open()
    {
        var open = new List<IObservedLoop>();
        lock (Gate)
        {
            foreach (var known in Cores)
            {
                if (known.TryGetTarget(out var core))
                    open.Add(core);
            }
        }
        return open;
    }
}
