using System.Collections.ObjectModel;
using IOLoops;
using IOLoops.Sources;
using Terminal.Gui.App;
using Terminal.Gui.ViewBase;
using Terminal.Gui.Views;

// Shows the output of a command, line by line: UiOfLoop [command [arguments]]. Esc quits. With --once as the first argument the program
// quits by itself when the command has ended.
bool quits = args is ["--once", ..];
string[] command = quits ? args[1..] : args;
if (command is [])
    command = ["ls", "-l", "/"];

var lines = new ObservableCollection<string>();
string last = "";
using (var app = Application.Create().Init())
{
    // The loop's turns run on the UI's thread, at most 10 ms in each iteration: handlers may touch views, and nothing is locked.
    var context = new PumpedSynchronizationContext();
    app.Iteration += (_, _) => context.RunPosted(TimeSpan.FromMilliseconds(10));
    var loop = SynchronizationContextIOLoop.Attach(context);

    using var window = new Window { Title = $"{string.Join(' ', command)} (Esc quits)" };
    var view = new ListView { Width = Dim.Fill(), Height = Dim.Fill() };
    view.SetSource(lines);
    window.Add(view);

    loop.AddCallback(async () =>
    {
        await using var child = ChildProcess.Start(loop, new ChildProcessOptions(command[0], command[1..]) { Terminal = (80, 24) });
        await foreach (string line in child.Terminal.Stream.ReadLinesAsync())
            lines.Add(line);
        lines.Add(last = $"{await child.Exited}");
        if (quits)
            app.RequestStop();
    });
    app.Run(window);
    loop.Stop();
    loop.Close();
}
Console.WriteLine($"{lines.Count} lines; {last}");
