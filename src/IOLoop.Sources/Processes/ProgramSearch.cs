using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Processes;

/// <summary>Finds a program as a shell does. <c>posix_spawnp</c> would look in the PATH of this process, as it was when this process began.</summary>
internal static class ProgramSearch
{
    private const string Usual = "/usr/local/bin:/usr/bin:/bin"; // where there is no PATH

    /// <summary>A path for <c>posix_spawn</c>: from the root on, or from the child's working directory.</summary>
    /// <exception cref="IOException">There is none that can be executed.</exception>
    internal static string Find(Launch launch)
    {
        if (launch.Program.Contains('/', StringComparison.Ordinal))
            return launch.Program;
        string folders = launch.SearchPath ?? Usual;
        string? refused = null;
        foreach (string folder in folders.Split(':'))
        {
            // An empty folder is the working one: the child's, as is what any relative folder counts from.
            string path = Path.GetFullPath(Path.Combine(launch.WorkingDirectory ?? "", folder, launch.Program));
            if (!File.Exists(path))
                continue;
            if (Libc.access(path, Libc.Executable) == 0)
                return path;
            refused ??= path;
        }
        throw refused is null ? StartFailure.NotFound(launch.Program, folders) : StartFailure.NotExecutable(launch.Program, refused);
    }
}
