namespace Faults;

/// <summary>What the process holds: descriptors, threads of the libraries, child processes.</summary>
internal sealed class Belongings
{
    private readonly List<string> _all = [];

    private Belongings()
    {
    }

    internal static Belongings Now()
    {
        var now = new Belongings();
        foreach (string fd in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (Target(fd) is { } target && !IsTheRuntimes(target))
                now._all.Add("descriptor of " + Kind(target));
        }
        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            string name = ReadOrNothing(task + "/comm").Trim();
            if (name.StartsWith("IOLoop", StringComparison.Ordinal) || name.StartsWith("faults", StringComparison.Ordinal))
                now._all.Add("thread " + name);
            now._all.AddRange(ReadOrNothing(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(_ => "child process"));
        }
        return now;
    }

    /// <summary>Waits until nothing is left beyond what was there before: threads end a little later, and children when their grace of 5 seconds is over.</summary>
    /// <returns>What is left.</returns>
    internal static IReadOnlyList<string> LeftBeyond(Belongings before)
    {
        IReadOnlyList<string> left = [];
        SpinWait.SpinUntil(() => (left = Now().Beyond(before)).Count == 0, Trial.Patience);
        return left;
    }

    private List<string> Beyond(Belongings before)
    {
        var left = _all.ToList();
        foreach (string one in before._all)
            left.Remove(one);
        return left;
    }

    // The folder that is being listed, and assemblies that are loaded when they are first needed.
    private static bool IsTheRuntimes(string target) =>
        target.EndsWith("/fd", StringComparison.Ordinal) || target.EndsWith(".dll", StringComparison.Ordinal);

    // Numbers of inodes differ each time.
    private static string Kind(string target) => Path.GetFileName(target).Split(':')[0];

    private static string? Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, false)?.FullName;
        }
        catch (IOException)
        {
            return null; // closed meanwhile
        }
    }

    private static string ReadOrNothing(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // the thread has ended
        }
    }
}
