using System.Windows.Forms;
using Timer = System.Windows.Forms.Timer;

namespace IOLoops.WindowsUi;

/// <summary>A window of WinForms.</summary>
internal sealed class FormsWindow : Form, IUserInterface
{
    private readonly Label _label = new() { Dock = DockStyle.Fill, Text = "0" };
    private readonly Timer _timer = new() { Interval = 20 };
    private readonly Func<FormsWindow, Task> _checks;
    private int _ticks;
    private int _paints;
    private int _keys;

    internal FormsWindow(Func<FormsWindow, Task> checks)
    {
        _checks = checks;
        (Text, Width, Height, KeyPreview) = ("A loop in WinForms", 320, 120, true);
        Controls.Add(_label);
        _timer.Tick += (_, _) => _ticks++;
        _label.Paint += (_, _) => _paints++;
        KeyDown += (_, _) => _keys++;
    }

    public IReadOnlyList<(string Name, int Count)> Ticks => [("WM_TIMER", _ticks)];

    /// <remarks>WinForms has one kind.</remarks>
    public bool HasLowerTimers
    {
        set { }
    }

    public int Paints => _paints;

    public int? Keys => _keys;

    public void Show(int number) => _label.Text = $"{number}";

    public void Post(Action work) => BeginInvoke(work);

    public void ShowDialog(Action shown, Func<bool> isOver)
    {
        using var dialog = new Form { Text = "A dialog", Width = 200, Height = 100 };
        using var watch = new Timer { Interval = 20 };
        watch.Tick += (_, _) =>
        {
            if (isOver())
                dialog.Close();
        };
        dialog.Shown += (_, _) =>
        {
            watch.Start();
            shown();
        };
        dialog.ShowDialog(this);
    }

    protected override async void OnShown(EventArgs e)
    {
        base.OnShown(e);
        _timer.Start();
        Activate();
        try
        {
            await _checks(this);
        }
        catch (Exception exception)
        {
            Checks.That(false, "the checks ended", exception.ToString());
        }
        _timer.Stop();
        Close();
    }
}
