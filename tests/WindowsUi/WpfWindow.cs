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
    private readonly DispatcherPriority[] _priorities = [DispatcherPriority.Normal, DispatcherPriority.Input, DispatcherPriority.Background];
    private readonly int[] _ticks;
    private int _keys;

    internal WpfWindow(Func<WpfWindow, Task> checks)
    {
        _checks = checks;
        _ticks = new int[_priorities.Length];
        (Title, Width, Height, Content) = ("A loop in WPF", 320, 120, _canvas);
        _canvas.Children.Add(_block);
        KeyDown += (_, _) => _keys++;
        ContentRendered += async (_, _) => await RunAsync();
    }

    public IReadOnlyList<(string Name, int Count)> Ticks => [.. _priorities.Select((priority, i) => ($"{priority}", _ticks[i]))];

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
        for (int i = 0; i < _priorities.Length; i++)
        {
            int index = i;
            new DispatcherTimer(TimeSpan.FromMilliseconds(20), _priorities[i], (_, _) => _ticks[index]++, Dispatcher).Start();
        }
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
