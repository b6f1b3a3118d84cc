namespace IOLoops.Sources.Processes;

/// <summary>Finds a program on Windows: in the PATH of the child, where <c>CreateProcess</c> would look in the folders of this process.</summary>
internal static class WindowsProgram
{
    private const string Extension = ".exe";

    private static readonly string[] Batches = [".bat", ".cmd"];

    /// <exception cref="IOException">There is none.</exception>
    internal static string Find(Launch launch)
    {
        string program = launch.Program;
        string found = program.AsSpan().ContainsAny("\\/:") ? At(launch, "", program) ?? throw StartFailure.From(launch, program, Interop.Errno.ENOENT)
            : Search(launch, program);
        if (Batches.Contains(Path.GetExtension(found), StringComparer.OrdinalIgnoreCase))
            throw StartFailure.Because(program, $"{found} is a batch file, whose arguments cmd.exe would take apart by other rules. Start cmd.exe with /d, /c and a command line", 0);
        return found;
    }

    private static string Search(Launch launch, string program)
    {
        string folders = launch.SearchPath ?? Environment.SystemDirectory;
        foreach (string folder in folders.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            string path = folder.Trim('"'); // an empty one would be the current folder
            if (path.Length > 0 && At(launch, path, program) is { } found)
                return found;
        }
        throw StartFailure.NotFound(program, folders);
    }

    private static string? At(Launch launch, string folder, string program)
    {
        string path = Path.GetFullPath(Path.Combine(launch.WorkingDirectory ?? "", folder, program));
        return Path.HasExtension(program) && File.Exists(path) ? path
            : File.Exists(path + Extension) ? path + Extension
            : null;
    }
}
