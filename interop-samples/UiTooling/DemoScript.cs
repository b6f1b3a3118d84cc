using System.Globalization;
using Terminal.Gui.Input;

namespace IOLoops.Samples;

/// <summary>What the demonstration does, step by step, and what the screen must show after each.</summary>
internal sealed class DemoScript(Tool tool, DemoDriver driver)
{
    // On a busy machine 20,000 lines take longer than a command usually has.
    private static readonly TimeSpan GraceForGoodbye = TimeSpan.FromSeconds(30);

    private readonly List<string> _report = [];

    /// <summary>What was found to work.</summary>
    internal IReadOnlyList<string> Report => _report;

    /// <summary>All lines of a command and of logs.</summary>
    internal ScreenCapture? Everything { get; private set; }

    /// <summary>The same, filtered.</summary>
    internal ScreenCapture? Filtered { get; private set; }

    /// <exception cref="ExitException">Something is not as it should be.</exception>
    internal async Task RunAsync()
    {
        await driver.ShownAsync("not started", "app.log: written before anybody watched", "later.log: (does not exist yet)");
        await ConverseAsync();
        await ChangeLogsAsync();
        Everything = driver.Screen();
        await FilterAsync();
        await ResizeAsync();
        await StopAsync("SIGTERM");
        await OverflowAsync();
        await BeStubbornAsync();
        await FailToStartAsync();
        await MeasureLatencyAsync();
        tool.Session.Grace = GraceForGoodbye;
        await StartAsync("sh", DemoFolder.Goodbye);
        await driver.ShownAsync("ready to go");
        driver.Press(MainWindow.QuitKey);
    }

    /// <summary>After the user interface has ended.</summary>
    internal void CheckGoodbye()
    {
        var exit = tool.Session.Exit;
        if (exit is not { ExitCode: 7 } || !tool.Session.Output.Matching("goodbye 20000").Any())
            throw new ExitException(ExitException.Failed, $"the last command: {exit}, and its last words were not all read");
        Note($"quit: 20,000 lines of last words were read while the UI's thread was blocked until the command's end ({exit})");
    }

    private async Task ConverseAsync()
    {
        await StartAsync("sh", DemoFolder.Talk);
        await driver.ShownAsync(SizeLine("a terminal of"), "no colours, no title, bytes that are no UTF-8: \ufffd\ufffd.", "progress: 100 %");
        driver.Press(MainWindow.LineKey);
        driver.Type("hello");
        driver.Press(Key.Enter);
        await driver.ShownAsync("heard: hello");
        Note($"a command under a pty: its output, without escape sequences, and an answer to a line");
    }

    private async Task ChangeLogsAsync()
    {
        DemoFolder.Append(DemoFolder.Existing, "one more");
        DemoFolder.Append(DemoFolder.Later, "here at last");
        await driver.ShownAsync("app.log: one more", "later.log: here at last");
        DemoFolder.Rotate(DemoFolder.Existing);
        DemoFolder.Append(DemoFolder.Existing, "after the rotation");
        await driver.ShownAsync("app.log: (a new file)", "app.log: after the rotation");
        DemoFolder.Truncate(DemoFolder.Later);
        await driver.ShownAsync("later.log: (truncated)");
        DemoFolder.Append(DemoFolder.Later, "from the start again");
        await driver.ShownAsync("later.log: from the start again");
        Note($"logs: appended to, made later, rotated, truncated");
    }

    private async Task FilterAsync()
    {
        driver.Press(MainWindow.FilterKey);
        driver.Type("LAST");
        await driver.ShownAsync("with 'LAST'", "later.log: here at last");
        await HiddenAsync("heard: hello");
        Filtered = driver.Screen();
        for (int i = 0; i < "LAST".Length; i++)
            driver.Press(Key.Backspace);
        await driver.ShownAsync("heard: hello");
        Note($"the filter hides and shows lines");
    }

    private async Task ResizeAsync()
    {
        var before = tool.Window.OutputSize;
        var (columns, rows) = (Console.WindowWidth, Console.WindowHeight);
        await Demonstration.ResizeAsync(tool.Ui.Loop, columns - 4, rows - 2);
        try
        {
            // stty sets one after the other.
            await UntilAsync(() => tool.Window.OutputSize.Columns == before.Columns - 4 && tool.Window.OutputSize.Rows < before.Rows, "the window has not followed the terminal's size");
            tool.Session.SendLine("size");
            await driver.ShownAsync(SizeLine("now"));
        }
        finally
        {
            await Demonstration.ResizeAsync(tool.Ui.Loop, columns, rows);
        }
        await UntilAsync(() => tool.Window.OutputSize == before, "the window has not followed the terminal's size back");
        Note($"the command's terminal follows the window's size");
    }

    private async Task OverflowAsync()
    {
        await StartAsync("yes", "as fast as it can");
        int iterations = driver.Iterations;
        await driver.ShownAsync("as fast as it can");
        await UntilAsync(() => driver.Iterations >= iterations + 20 && tool.Session.BytesRead > 1_000_000, "the screen froze, or the output came slowly");
        long megabytes = tool.Session.BytesRead / 1_000_000;
        int drawn = driver.Iterations - iterations;
        await StopAsync("SIGTERM");
        Note($"{megabytes} MB of output in {drawn} iterations of the main loop, and keys were still heard");
    }

    private async Task BeStubbornAsync()
    {
        await StartAsync("sh", DemoFolder.Stay);
        await driver.ShownAsync("I stay");
        await StopAsync("signal 9");
        Note($"a command that ignores SIGTERM was killed");
    }

    private async Task FailToStartAsync()
    {
        await StartAsync("/nowhere/nothing");
        await driver.ShownAsync("Could not start '/nowhere/nothing': /nowhere/nothing does not exist");
        Note($"a command that cannot be started: the screen says why");
    }

    private async Task MeasureLatencyAsync()
    {
        using var probe = new LatencyProbe(tool.Ui.Loop);
        probe.Start();
        await UntilAsync(() => probe.Finished.IsCompleted, "not all was heard that was written to a descriptor");
        Note($"from a write to a descriptor to its handler on the UI's thread: median {probe.Median:F0} ms, greatest {probe.Greatest:F0} ms of {probe.Count}");
    }

    private Task StartAsync(params string[] commandLine)
    {
        tool.Session.CommandLine = commandLine;
        driver.Press(MainWindow.StartKey);
        return driver.ShownAsync(commandLine[0]);
    }

    private async Task StopAsync(string signal)
    {
        driver.Press(MainWindow.StopKey);
        await UntilAsync(() => tool.Session.Exit is not null, "the command has not ended");
        await driver.ShownAsync($"● ended by {signal}");
    }

    private Task HiddenAsync(string text) =>
        UntilAsync(() => !driver.Screen().Text.Contains(text, StringComparison.Ordinal), $"the screen still shows '{text}'");

    private static Task UntilAsync(Func<bool> condition, string failure) => DemoDriver.UntilAsync(condition, () => failure);

    private string SizeLine(string before) =>
        string.Create(CultureInfo.InvariantCulture, $"{before} {tool.Window.OutputSize.Rows} {tool.Window.OutputSize.Columns}");

    private void Note(FormattableString line) => _report.Add(line.ToString(CultureInfo.InvariantCulture));
}
