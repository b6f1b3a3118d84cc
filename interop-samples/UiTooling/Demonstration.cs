using IOLoops.Sources;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.Samples;

/// <summary><c>--demo</c>: the tool, something that presses its keys, and a check of what the screen shows.</summary>
internal static class Demonstration
{
    // Less does not hold what must be shown.
    private const int LeastColumns = 80;
    private const int LeastRows = 30;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(75);

    // That is what the capture is for: it must say all of this.
    private static readonly string[] MustShow =
    [
        "running, process ", "no colours, no title, bytes that are no UTF-8: \ufffd\ufffd.", "progress: 100 %", "heard: hello",
        "app.log: written before anybody watched", "app.log: (a new file)", "later.log: (truncated)", "F5", "Start",
    ];

    /// <summary>
    /// Whether this program's terminal is large enough. One that has no size, as script(1) makes them without a terminal of its
    /// own, is given one.
    /// </summary>
    internal static bool HasRoom()
    {
        var (columns, rows) = (Console.WindowWidth, Console.WindowHeight);
        if ((columns, rows) != (0, 0))
            return columns >= LeastColumns && rows >= LeastRows;
        using var loop = new PollIOLoop();
        loop.RunSync(() => ResizeAsync(loop, 100, LeastRows));
        return true;
    }

    /// <summary>Gives this program's own terminal a size: .NET can only ask for it.</summary>
    internal static async Task ResizeAsync(IOLoop loop, int columns, int rows)
    {
        using var stty = ChildProcess.Start(loop, new ChildProcessOptions("stty", "cols", $"{columns}", "rows", $"{rows}") { StandardInput = ChildStream.Inherit });
        var exit = await stty.Exited;
        if (!exit.Succeeded)
            throw new ExitException(ExitException.Failed, $"the terminal's size cannot be set: stty, {exit}");
    }

    /// <exception cref="ExitException">Something is not as it should be, or takes too long.</exception>
    internal static void Run(Options options)
    {
        using var watchdog = new Timer(_ => GiveUp(), null, MostTime, Timeout.InfiniteTimeSpan);
        DemoScript script;
        using (var folder = new DemoFolder())
        using (var tool = new Tool([], [DemoFolder.Existing, DemoFolder.Later]))
            script = Run(tool);
        Tell(options, script);
    }

    private static DemoScript Run(Tool tool)
    {
        var driver = new DemoDriver(tool.App);
        var script = new DemoScript(tool, driver);
        var run = tool.Ui.Factory.RunAsync(async () =>
        {
            try
            {
                await script.RunAsync();
            }
            finally
            {
                tool.Window.RequestStop();
            }
        });
        tool.Run();
        run.Join();
        script.CheckGoodbye();
        return script;
    }

    private static void Tell(Options options, DemoScript script)
    {
        string capture = options.Capture ?? Path.GetTempFileName();
        string text = $"{script.Everything!.Text}\n\nFiltered:\n\n{script.Filtered!.Text}\n";
        File.WriteAllText(capture, text);
        if (options.Svg is { } svg)
            File.WriteAllText(svg, ScreenSvg.Draw(script.Everything));
        if (MustShow.FirstOrDefault(must => !text.Contains(must, StringComparison.Ordinal)) is { } missing)
            throw new ExitException(ExitException.Failed, $"the screen capture {capture} lacks '{missing}'");

        string report = string.Join('\n', [.. script.Report, $"the screen's text: {capture}", "All was as it should be.", ""]);
        Console.Out.Write(report);
        if (options.Report is { } copy)
            File.WriteAllText(copy, report);
    }

    // The UI's thread hangs: nothing can be asked of it any more.
    private static void GiveUp()
    {
        Console.Error.WriteLine($"UiTooling: the demonstration has not ended within {MostTime.TotalSeconds:F0} s");
        Environment.Exit(ExitException.Failed);
    }
}
