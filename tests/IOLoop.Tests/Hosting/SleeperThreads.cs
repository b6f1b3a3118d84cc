using System.Globalization;

namespace IOLoops.Tests.Hosting;

/// <summary>The threads of this process that sleep for hosted loops, as the kernel knows them.</summary>
internal static class SleeperThreads
{
    private const string Name = "IOLoop sleeper";
    private const string Switches = "voluntary_ctxt_switches:";

    internal static int Count => Ids().Count;

    /// <summary>How many there are when those of tests that are over have ended.</summary>
    internal static int CountOfOthers()
    {
        SpinWait.SpinUntil(() => Count == 0, TimeSpan.FromSeconds(2));
        return Count;
    }

    internal static List<string> Ids()
    {
        var ids = new List<string>();
        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            if (Read(Path.Combine(task, "comm")).Trim() == Name)
                ids.Add(Path.GetFileName(task));
        }
        return ids;
    }

    /// <summary>How often these threads have gone to sleep.</summary>
    internal static long Sleeps(IEnumerable<string> ids) => ids.Sum(id => Read($"/proc/self/task/{id}/status").Split('\n')
        .Where(line => line.StartsWith(Switches, StringComparison.Ordinal))
        .Sum(line => long.Parse(line[Switches.Length..], CultureInfo.InvariantCulture)));

    private static string Read(string path)
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
