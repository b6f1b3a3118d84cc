using IOLoops.Sources;

namespace IOLoops.Samples;

/// <summary>
/// The demonstration where there is no terminal: run again, in one that this process makes and watches. What watches it is
/// the same class as in the window, on a native loop.
/// </summary>
internal static class OwnTerminal
{
    private const int Columns = 100;
    private const int Rows = 30;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(80);
    private static readonly Dictionary<string, string> Environment = new() { ["TERM"] = "xterm-256color", ["COLORTERM"] = "truecolor" };

    /// <exception cref="ExitException">The demonstration has failed.</exception>
    internal static void Run(string[] args)
    {
        string report = Path.GetTempFileName();
        try
        {
            var lines = new LineBuffer();
            var exit = Run([.. Self(), .. args, Options.ReportOption, report], lines);
            Console.Out.Write(File.ReadAllText(report));
            if (exit.Succeeded)
                return;
            // It could tell only its terminal.
            string last = lines.Matching("UiTooling: ").LastOrDefault() ?? $"the demonstration: {exit}";
            throw new ExitException(ExitException.Failed, last.Split("UiTooling: ")[^1]);
        }
        catch (TimeoutException)
        {
            // This process ends, and with it the terminal: what runs there gets SIGHUP.
            throw new ExitException(ExitException.Failed, $"the demonstration has not ended within {MostTime.TotalSeconds:F0} s");
        }
        finally
        {
            File.Delete(report);
        }
    }

    private static ExitStatus Run(IReadOnlyList<string> commandLine, LineBuffer lines)
    {
        using var loop = new PollIOLoop();
        var text = new TerminalText(lines.Add, lines.SetUnfinished);
        var exit = loop.RunSync(
            async () =>
            {
                using var command = new Command(loop, commandLine, Columns, Rows, Environment);
                command.Output += bytes => text.Append(bytes.Span);
                return await command.Exited;
            },
            MostTime);
        text.End();
        return exit;
    }

    // The program's own file, or dotnet and the program's assembly.
    private static IEnumerable<string> Self()
    {
        string program = System.Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, System.Environment.GetCommandLineArgs()[0]] : [program];
    }
}
