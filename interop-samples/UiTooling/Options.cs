namespace IOLoops.Samples;

/// <summary>What the command line says.</summary>
internal sealed record Options
{
    internal const string Usage = """
        Runs a command in a terminal of its own and watches log files, in one window: all of it on the UI's thread.

        UiTooling [--log FILE]... [--] COMMAND [ARGUMENT]...
        UiTooling --log FILE [--log FILE]...
            F5 starts the command (again), F6 stops it: SIGTERM, and SIGKILL two seconds later. Enter sends a line
            to it. F7 goes to the filter, which shows the lines that contain a text. Page Up and Page Down scroll.
            Ctrl-Q stops what runs, waits for its end, and quits.

        UiTooling --demo [--capture FILE] [--svg FILE]
            Drives all that for ten seconds, checks what the screen shows, and measures how long the UI's thread
            takes to hear of a descriptor. Exit code 0 if all was as it should be, else 1. Where there is no
            terminal, or a small one (under 80 columns, 30 rows), it makes one.

        UiTooling --help

        --log FILE       a regular file to watch; it need not exist yet, and may be rotated or truncated
        --capture FILE   where the demonstration puts the screen's text (default: a temporary file)
        --svg FILE       and a picture of it
        """;

    /// <summary>Where a demonstration without a terminal leaves its report for the one that made it a terminal.</summary>
    internal const string ReportOption = "--report";

    internal bool Help { get; private set; }

    internal bool Demo { get; private set; }

    /// <summary>The program and its arguments; empty: none.</summary>
    internal IReadOnlyList<string> Command { get; init; } = [];

    internal IReadOnlyList<string> Logs { get; init; } = [];

    internal string? Capture { get; private set; }

    internal string? Svg { get; private set; }

    internal string? Report { get; private set; }

    /// <exception cref="ExitException">The arguments make no sense.</exception>
    internal static Options Parse(string[] args)
    {
        var options = new Options();
        var logs = new List<string>();
        int i = 0;
        string Value() => i + 1 < args.Length && args[i + 1].Length > 0 ? args[++i] : throw Wrong($"{args[i]} needs a value");
        for (; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--help" or "-h":
                    return new Options { Help = true };
                case "--demo":
                    options.Demo = true;
                    break;
                case "--log":
                    logs.Add(LogName(Value()));
                    break;
                case "--capture":
                    options.Capture = FileName(Value());
                    break;
                case "--svg":
                    options.Svg = FileName(Value());
                    break;
                case ReportOption:
                    options.Report = Value();
                    break;
                case "--":
                    return options.With(logs, args[(i + 1)..]);
                case ['-', ..]:
                    throw Wrong($"unknown option '{args[i]}'; --help lists all");
                default:
                    return options.With(logs, args[i..]);
            }
        }
        return options.With(logs, []);
    }

    private Options With(List<string> logs, string[] command)
    {
        if (command is ["", ..])
            throw Wrong("the command's name is empty");
        if (Demo && (logs.Count > 0 || command.Length > 0))
            throw Wrong("--demo brings a command and logs of its own and takes none");
        if (!Demo && (Capture ?? Svg ?? Report) is not null)
            throw Wrong("--capture and --svg are for --demo");
        if (!Demo && logs.Count == 0 && command.Length == 0)
            throw Wrong("what to run or to watch? Give a command, --log, or --demo; --help says more");
        return this with { Logs = logs, Command = command };
    }

    // Such a file need not exist, but its folder must.
    private static string FileName(string path)
    {
        if (Directory.Exists(path))
            throw Wrong($"'{path}' is a folder, and a file is needed");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Directory.Exists(folder) ? path : throw Wrong($"there is no folder '{folder}'");
    }

    // A pipe would be read by this program instead of by the one that it is for; a device may have no end.
    private static string LogName(string path) =>
        File.Exists(FileName(path)) && !FileKind.IsRegular(path) ? throw Wrong($"'{path}' is no regular file, and a log must be one") : path;

    private static ExitException Wrong(string what) => new(ExitException.WrongUsage, what);
}
