using System.Globalization;

namespace Soak.Resources;

/// <summary>What the process has, as the system says.</summary>
internal static class ProcessState
{
    private const string Tasks = "/proc/self/task";

    private static readonly char[] Digits = [.. "0123456789[]"];

    /// <summary>What each descriptor is, without numbers that differ each time.</summary>
    internal static List<string> Descriptors()
    {
        var all = new List<string>();
        foreach (string link in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (Target(link) is { } target && !IsTheRuntimes(target))
                all.Add("descriptor of " + Path.GetFileName(target).TrimEnd(Digits));
        }
        return all;
    }

    /// <summary>Names of all threads that are not the runtime's.</summary>
    internal static List<string> Threads() =>
        [.. from task in Directory.EnumerateDirectories(Tasks) let name = Name(task) where name.Length > 0 && !name.StartsWith(".NET", StringComparison.Ordinal) select "thread " + name];

    /// <summary>Child processes, also those that have ended and were not waited for.</summary>
    internal static List<string> Children() =>
        [.. from task in Directory.EnumerateDirectories(Tasks) from line in Lines(task + "/children") from child in line.Split(' ', StringSplitOptions.RemoveEmptyEntries) select "child process"];

    /// <summary>How often each thread of a loop has gone to sleep.</summary>
    internal static Dictionary<string, long> Sleeps()
    {
        var sleeps = new Dictionary<string, long>();
        foreach (string task in Directory.EnumerateDirectories(Tasks))
        {
            string name = Name(task);
            if (name.StartsWith("IOLoop", StringComparison.Ordinal) || name is "soak loop" or "soak host")
                sleeps[$"{name} {Path.GetFileName(task)}"] = Number(task + "/status", "voluntary_ctxt_switches:");
        }
        return sleeps;
    }

    /// <summary>Private memory in bytes: what is not a file's.</summary>
    internal static long PrivateMemory() => 1024 * Number("/proc/self/status", "RssAnon:");

    private static long Number(string path, string key)
    {
        foreach (string line in Lines(path))
        {
            if (line.StartsWith(key, StringComparison.Ordinal))
                return long.Parse(line.AsSpan(key.Length).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture);
        }
        return 0; // the thread has ended
    }

    private static string Name(string task) => Lines(task + "/comm").FirstOrDefault("");

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (IOException)
        {
            return []; // the thread has ended
        }
    }

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

    // The folder that is being listed, and assemblies and symbols that are loaded when they are first needed.
    private static bool IsTheRuntimes(string target) =>
        target.EndsWith("/fd", StringComparison.Ordinal) || target.EndsWith(".dll", StringComparison.Ordinal) ||
        target.EndsWith(".pdb", StringComparison.Ordinal);
}
