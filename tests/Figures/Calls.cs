using System.Globalization;

namespace Figures;

/// <summary>How often each system call was made.</summary>
internal sealed class Calls
{
    // What the runtime does for itself on any thread: locks, memory, suspension.
    private static readonly HashSet<string> Runtimes =
        ["futex", "madvise", "mmap", "munmap", "mprotect", "mremap", "brk", "membarrier", "rt_sigprocmask", "rt_sigreturn", "tgkill", "getrusage"];

    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>How many of the runtime's own there were.</summary>
    internal int OfRuntime { get; private set; }

    /// <summary>Any call that waits for descriptors is a wait; which one it is depends on the C library and on the processor.</summary>
    internal void Add(string call, int times = 1)
    {
        if (Runtimes.Contains(call))
        {
            OfRuntime += times;
            return;
        }
        string name = call is "epoll_wait" or "epoll_pwait" or "epoll_pwait2" or "poll" or "ppoll" ? "wait" : call;
        _counts[name] = _counts.GetValueOrDefault(name) + times;
        if (times < 0 && _counts[name] == 0)
            _counts.Remove(name);
    }

    /// <summary>"none", or each call and how often: "1 read, 1 wait".</summary>
    internal static Calls Parse(string text)
    {
        var calls = new Calls();
        if (text == "none")
            return calls;
        foreach (string part in text.Split(", "))
        {
            string[] words = part.Split(' ');
            calls.Add(words[1], int.Parse(words[0], CultureInfo.InvariantCulture));
        }
        return calls;
    }

    /// <summary>Whether these are those of so many operations.</summary>
    internal bool Are(Calls each, int operations) =>
        _counts.Count == each._counts.Count && _counts.All(pair => each._counts.GetValueOrDefault(pair.Key) * operations == pair.Value);

    /// <summary>What one operation takes; a fraction where they do not take the same.</summary>
    internal string Per(int operations) => _counts.Count == 0
        ? "none"
        : string.Join(", ", _counts.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value / (double)operations:0.##} {pair.Key}")));
}
