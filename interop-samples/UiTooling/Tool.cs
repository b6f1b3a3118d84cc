using System.Runtime.InteropServices;
using IOLoops.Sources;
using Terminal.Gui.App;
using Terminal.Gui.Input;

namespace IOLoops.Samples;

/// <summary>Terminal.Gui, a loop in it, and a session in that.</summary>
internal sealed class Tool : IDisposable
{
    private readonly IReadOnlyList<PosixSignalRegistration> _signals;

    internal Tool(IReadOnlyList<string> command, IReadOnlyList<string> logs)
    {
        try
        {
            App.Keyboard.KeyBindings.Remove(Key.Esc); // quits; too easily pressed
            Ui = new UiLoop(App);
            Session = new Session(Ui.Loop, command, logs);
        }
        catch
        {
            App.Dispose(); // gives the terminal back, so that the reason can be read
            throw;
        }
        Window = new MainWindow(App, Session);
        _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
    }

    internal IApplication App { get; } = Application.Create().Init();

    internal UiLoop Ui { get; }

    internal Session Session { get; }

    internal MainWindow Window { get; }

    internal static void Run(Options options)
    {
        ExitStatus? exit;
        using (var tool = new Tool(options.Command, options.Logs))
        {
            if (options.Command.Count > 0)
                tool.AfterFirstDraw(tool.Session.Start);
            tool.Run();
            exit = tool.Session.Exit;
        }
        if (exit is { } ended)
            Console.WriteLine($"{options.Command[0]}: {ended}");
    }

    /// <summary>Until the user quits, and then until the command has ended.</summary>
    internal void Run()
    {
        App.Run(Window);

        // There is no main loop any more that would call handlers, and yet the end of the command is something that a handler
        // says. And a command that is asked to end may have much to say before it does: if that were not read, it would wait
        // for room in its terminal without end.
        Ui.RunUntil(Session.StopAsync);
    }

    /// <summary>When sizes are known.</summary>
    internal void AfterFirstDraw(Action action)
    {
        App.LayoutAndDrawComplete += First;

        void First(object? sender, EventArgs e)
        {
            App.LayoutAndDrawComplete -= First;
            action();
        }
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        Session.Dispose();
        Ui.Dispose();
        Window.Dispose();
        App.Dispose();
    }

    // On a thread of the runtime's.
    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        Ui.Loop.AddCallbackFromSignal(Window.RequestStop);
    }
}
