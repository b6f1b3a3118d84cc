using System.Windows;
using System.Windows.Controls;
using System.Windows.Input;
using System.Windows.Media;
using System.Windows.Threading;

namespace IOLoops.WindowsUi;

/// <summary>A window of WPF, without text: Wine has no font that WPF takes.</summary>
internal sealed class WpfWindow : Window, IUserInterface
{
    private readonly Canvas _canvas = new() { Background = Brushes.White };
    private readonly PaintedBlock _block = new() { Width = 40, Height = 40 };
    private readonly Func<WpfWindow, Task> _checks;
    private readonly List<(DispatcherTimer Timer, string Name)> _timers = [];
    private readonly int[] _ticks;
    private int _keys;

    internal WpfWindow(Func<WpfWindow, Task> checks)
    {
        _checks = checks;
        DispatcherPriority[] priorities = [DispatcherPriority.Normal, DispatcherPriority.Input, DispatcherPriority.Background];
        _ticks = new int[priorities.Length];
        for (int i = 0; i < priorities.Length; i++)
        {
            int index = i;
            _timers.Add((new DispatcherTimer(TimeSpan.FromMilliseconds(20), priorities[i], (_, _) => _ticks[index]++, Dispatcher), $"{priorities[i]}"));
        }
        (Title, Width, Height, Content) = ("A loop in WPF", 320, 120, _canvas);
        _canvas.Children.Add(_block);
        KeyDown += (_, _) => _keys++;
        ContentRendered += async (_, _) => await RunAsync();
    }

    public IReadOnlyList<(string Name, int Count)> Ticks => [.. _timers.Select((timer, i) => (timer.Name, _ticks[i])).Where((_, i) => _timers[i].Timer.IsEnabled)];

    /// <remarks>
    /// All timers of a dispatcher share one of Windows', which never comes sooner than 10 ms after it was set: each that is late
    /// makes the others late.
    /// </remarks>
    public bool HasLowerTimers
    {
        set
        {
            foreach (var (timer, _) in _timers[1..])
                timer.IsEnabled = value;
        }
    }

    public int Paints => _block.Paints;

    public int? Keys => _keys;

    public void Show(int number)
    {
        _block.Margin = new Thickness(number % 200, 0, 0, 0);
        _block.InvalidateVisual();
    }

    public void Post(Action work) => Dispatcher.InvokeAsync(work);

    public void ShowDialog(Action shown, Func<bool> isOver)
    {
        var dialog = new Window { Title = "A dialog", Width = 200, Height = 100, Background = Brushes.White };
        bool isShown = false;
        var watch = new DispatcherTimer(DispatcherPriority.Normal) { Interval = TimeSpan.FromMilliseconds(20) };
        watch.Tick += (_, _) =>
        {
            if (!isShown && dialog.IsVisible)
            {
                isShown = true;
                shown();
            }
            else if (isShown && isOver())
            {
                dialog.Close();
            }
        };
        watch.Start();
        dialog.ShowDialog();
        watch.Stop();
    }

    private async Task RunAsync()
    {
        Activate();
        Focus();
        Keyboard.Focus(this);
        try
        {
            await _checks(this);
        }
        catch (Exception exception)
        {
            Checks.That(false, "the checks ended", exception.ToString());
        }
        Close();
    }
}
