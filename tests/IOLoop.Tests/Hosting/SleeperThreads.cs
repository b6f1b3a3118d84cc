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

    /// <summary>Whether these threads sleep, and did nothing else in several looks in a row.</summary>
    internal static bool Rest(IReadOnlyCollection<string> ids)
    {
        long time = ProcessorTime(ids);
        for (int look = 0; look < 5; look++)
        {
            if (ids.Any(id => State(id) != 'S') || ProcessorTime(ids) != time)
                return false;
            Thread.Sleep(2);
        }
        return true;
    }

    private static long ProcessorTime(IEnumerable<string> ids) =>
        ids.Sum(id => long.Parse(Read($"/proc/self/task/{id}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture));

    /// <summary>As proc(5) has it. A thread that could run, but gets no processor, does not sleep.</summary>
    private static char State(string id)
    {
        string stat = Read($"/proc/self/task/{id}/stat");
        return stat[stat.LastIndexOf(')') + 2];
    }

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
