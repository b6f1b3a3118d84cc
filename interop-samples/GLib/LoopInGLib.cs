using System.Text;
using IOLoops.Sources;

namespace IOLoops.Samples;

/// <summary>GLib is the host: its main loop runs on this thread, as in a GTK program, and the loop's turns are sources of it.</summary>
internal static class LoopInGLib
{
    internal static void Run(Checks checks, string word)
    {
        using var main = new MainLoop(MainContext.Default);
        using var host = new GLibHost(MainContext.Default);
        var loop = new HostedIOLoop(host);
        loop.Attach();                                                      // returns at once
        loop.AddCallback(async () =>
        {
            await RunCommandAsync(loop, checks, word);
            await loop.DisposeAsync();                                      // what uses the loop has ended, now it does
            main.Quit();
        });
        main.Run();                                                         // gtk_main or g_application_run in a real program
    }

    private static async Task RunCommandAsync(HostedIOLoop loop, Checks checks, string word)
    {
        var command = new ChildProcessOptions("sh", "-c", "read word; test -t 1 && echo \"$word from a terminal\"") { Terminal = (80, 24) };
        await using var child = ChildProcess.Start(loop, command);
        await child.Terminal.Stream.WriteAsync(Encoding.UTF8.GetBytes($"{word}\n"));
        var lines = new List<string>();
        await foreach (string line in child.Terminal.Stream.ReadLinesAsync())
            lines.Add(line);
        checks.Here("GLib as host: lines of a command under a pty");
        checks.That("GLib as host: they are what was written", lines is ["hello", "hello from a terminal"]); // the terminal echoes the first
        checks.That("GLib as host: the command's exit code", (await child.Exited).Succeeded);
        loop.RunSync(async () => await Task.Delay(TimeSpan.FromMilliseconds(20), loop.TimeProvider)); // pumps GLib
        checks.Here("GLib as host: RunSync inside a callback");
    }
}
