using System.Text;
using Terminal.Gui.App;
using Terminal.Gui.Drawing;
using Terminal.Gui.Input;
using Terminal.Gui.ViewBase;
using Terminal.Gui.Views;

namespace IOLoops.Samples;

/// <summary>The screen: what a session is doing, and keys that make it do something.</summary>
internal sealed class MainWindow : Window
{
    internal static readonly Key StartKey = Key.F5;
    internal static readonly Key StopKey = Key.F6;
    internal static readonly Key FilterKey = Key.F7;
    internal static readonly Key LineKey = Key.F8;
    internal static readonly Key QuitKey = Key.Q.WithCtrl;

    private readonly Session _session;
    private readonly Label _state = new() { Width = Dim.Fill(), Height = 1, HotKeySpecifier = (Rune)0xFFFF };
    private readonly TextField _line = new();
    private readonly TextField _filter = new();
    private readonly LinesView _output;
    private readonly LinesView _logs;

    internal MainWindow(IApplication app, Session session)
    {
        _session = session;
        BorderStyle = LineStyle.None;
        _output = new LinesView("Output", session.Output, app) { Y = 1, Width = Dim.Fill(), Height = Dim.Percent(55) };
        _logs = new LinesView("Logs", session.Logs, app)
        {
            Y = Pos.Bottom(_output),
            Width = Dim.Fill(),
            Height = Dim.Fill(2),
            LengthOfHead = line => line.IndexOf(':', StringComparison.Ordinal) + 1,
        };
        var lineLabel = new Label { Text = " Line to send: ", Y = Pos.AnchorEnd(2) };
        (_line.X, _line.Y, _line.Width) = (Pos.Right(lineLabel), Pos.AnchorEnd(2), Dim.Percent(45));
        var filterLabel = new Label { Text = "  Filter: ", X = Pos.Right(_line), Y = Pos.AnchorEnd(2) };
        (_filter.X, _filter.Y, _filter.Width) = (Pos.Right(filterLabel), Pos.AnchorEnd(2), Dim.Fill(1));
        Add(_state, _output, _logs, lineLabel, _line, filterLabel, _filter, Keys());

        _output.FrameChanged += (_, _) => _session.Resize(_output.Viewport.Width, _output.Viewport.Height);
        _line.Accepting += (_, accepting) => SendLine(accepting);
        _filter.TextChanged += (_, _) => _output.Filter = _logs.Filter = _filter.Text;
        _session.StateChanged += ShowState;
        ShowState();
    }

    /// <summary>The room for the command's lines.</summary>
    internal (int Columns, int Rows) OutputSize => (_output.Viewport.Width, _output.Viewport.Height);

    protected override bool OnKeyDown(Key key)
    {
        if (key != Key.PageUp && key != Key.PageDown)
            return base.OnKeyDown(key);
        _output.Scroll(key == Key.PageUp ? -1 : 1);
        return true;
    }

    private StatusBar Keys() => new(
    [
        Shortcut(StartKey, "Start", _session.Start),
        Shortcut(StopKey, "Stop", _session.Stop),
        Shortcut(FilterKey, "Filter", () => _filter.SetFocus()),
        Shortcut(LineKey, "Line", () => _line.SetFocus()),
        Shortcut(QuitKey, "Quit", RequestStop),
    ]);

    private static Shortcut Shortcut(Key key, string text, Action action) => new(key, text, action) { BindKeyToApplication = true };

    private void SendLine(CommandEventArgs accepting)
    {
        accepting.Handled = true; // else the window would take it for its own end
        _session.SendLine(_line.Text);
        _line.Text = "";
    }

    private void ShowState()
    {
        string command = _session.CommandLine.Count > 0 ? Printable.Of(_session.CommandLine) : "(no command)";
        _state.Text = $" {_session.State}  |  {command}";
    }
}
