using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Processes;

/// <summary>Says why a program could not be started. An errno alone does not say whether the program, its interpreter or the working directory is missing.</summary>
internal static class StartFailure
{
    private const int ENOEXEC = 8;
    private const int ETXTBSY = 26;
    private const int BadFormat = 193;         // ERROR_BAD_EXE_FORMAT
    private const int ElevationRequired = 740; // ERROR_ELEVATION_REQUIRED

    internal const string Beginning = "Could not start ";

    internal static IOException NotFound(string program, string folders) =>
        Because(program, $"none of the folders of PATH has it ({folders}). Pass its path, or set PATH in Environment", Errno.ENOENT);

    internal static IOException NotExecutable(string program, string path) =>
        Because(program, $"{path} may not be executed. Check its permissions", Errno.EACCES);

    /// <param name="launch">What was to be started.</param>
    /// <param name="path">Where the program was found.</param>
    /// <param name="errno">What the system says.</param>
    internal static IOException From(Launch launch, string path, int errno)
    {
        string place = Path.Combine(launch.WorkingDirectory ?? "", path);
        string why = errno switch
        {
            Errno.ENOENT or Errno.ENOTDIR when !HasDirectory(launch) => $"the working directory {launch.WorkingDirectory} does not exist",
            Errno.ENOENT when File.Exists(place) => $"{place} needs an interpreter that does not exist. Check its first line (#!), or for which system it was compiled",
            Errno.ENOENT or Errno.ENOTDIR => $"{place} does not exist",
            Errno.EACCES when Directory.Exists(place) => $"{place} is a directory",
            Errno.EACCES when File.Exists(place) => $"{place} may not be executed. Check its permissions, and those of {launch.WorkingDirectory ?? "the working directory"}",
            Errno.EACCES => "the way to it or to its working directory may not be searched. Check the permissions of the folders",
            ETXTBSY => $"{place} is open for writing. Close it first; a child that another thread starts may hold it open for a moment, so try again",
            ENOEXEC => $"{place} is not a program for this system: neither an executable file nor a script that begins with #!",
            _ => Errno.Describe(errno),
        };
        return Because(launch.Program, why, errno);
    }

    /// <summary>The program was not started, or ended at once, for want of something else.</summary>
    internal static IOException Because(string program, string why, int errno) => new($"{Beginning}'{program}': {why}.", errno);

    /// <param name="launch">What was to be started.</param>
    /// <param name="path">Where the program was found.</param>
    /// <param name="error">What <c>CreateProcess</c> says.</param>
    internal static IOException FromWindows(Launch launch, string path, int error)
    {
        string why = error switch
        {
            _ when !HasDirectory(launch) => $"the working directory {launch.WorkingDirectory} does not exist",
            BadFormat => $"{path} is not a program for this system",
            ElevationRequired => $"{path} must run as an administrator, and this process does not",
            _ => Errno.Describe(error),
        };
        return Because(launch.Program, why, error);
    }

    private static bool HasDirectory(Launch launch) => launch.WorkingDirectory is null || Directory.Exists(launch.WorkingDirectory);
}
