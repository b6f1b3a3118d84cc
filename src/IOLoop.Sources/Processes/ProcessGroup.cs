using System.Globalization;

namespace IOLoops.Sources.Processes;

/// <summary>Who is in a process group. Only /proc of Linux tells: for kill(2) a zombie is in it, too.</summary>
internal static class ProcessGroup
{
    /// <summary>Whether processes other than its leader live. Also where that cannot be found out. Takes time: reads of every process.</summary>
    internal static bool HasOthers(int leader) => HasOthers(leader, "/proc");

    /// <param name="leader">The number of the group.</param>
    /// <param name="processes">Where each process has a folder. For tests.</param>
    internal static bool HasOthers(int leader, string processes)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        try
        {
            bool sawLeader = false;
            foreach (string folder in Directory.EnumerateDirectories(processes))
            {
                if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                    continue;
                if (id == leader)
                    sawLeader = true;
                else if (LivesIn(leader, folder))
                    return true;
            }
            return !sawLeader; // a /proc of other processes
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Whether a process is in the group, and is not itself a zombie, which no signal reaches.</summary>
    private static bool LivesIn(int leader, string folder)
    {
        string[] fields = Status(folder);
        return fields.Length > 2 && fields[2] == leader.ToString(CultureInfo.InvariantCulture)
            && (IsAlive(fields) || HasThreads(folder));
    }

    /// <summary>A process whose first thread has ended is shown as a zombie, and lives as long as another thread does.</summary>
    private static bool HasThreads(string folder)
    {
        try
        {
            return Directory.EnumerateDirectories(folder + "/task").Any(static thread => IsAlive(Status(thread)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // it has ended
        }
    }

    private static bool IsAlive(string[] fields) => fields.Length > 0 && fields[0] is not ("Z" or "X");

    /// <returns>State, parent, group; nothing: it has ended, or is not this user's, who could not signal it.</returns>
    private static string[] Status(string folder)
    {
        string status;
        try
        {
            status = File.ReadAllText(folder + "/stat");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
        // The name, in parentheses, may have spaces and parentheses. Then: state, parent, group.
        return status[(status.LastIndexOf(')') + 1)..].Split(' ', 4, StringSplitOptions.RemoveEmptyEntries);
    }
}
