using System.Globalization;

namespace IOLoops.Sources.Processes;

/// <summary>Who is in a process group. Only /proc of Linux tells: for kill(2) a zombie is in it, too.</summary>
internal static class ProcessGroup
{
    /// <summary>Whether processes other than its leader live. Also where that cannot be found out. Takes time: reads of every process.</summary>
    internal static bool HasOthers(int leader)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        try
        {
            bool sawLeader = false;
            foreach (string folder in Directory.EnumerateDirectories("/proc"))
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
        string status;
        try
        {
            status = File.ReadAllText(folder + "/stat");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // it has ended, or is not this user's, who could not signal it
        }
        // The name, in parentheses, may have spaces and parentheses. Then: state, parent, group.
        string[] fields = status[(status.LastIndexOf(')') + 1)..].Split(' ', 4, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 2 && fields[0] is not ("Z" or "X") && fields[2] == leader.ToString(CultureInfo.InvariantCulture);
    }
}
