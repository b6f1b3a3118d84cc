namespace IOLoops.Diagnostics;

/// <summary>How many log entries of one kind are written; the others are counted, and their number is written when the window is over. Any thread.</summary>
/// <param name="clock">Measures windows.</param>
/// <param name="tell">Gets how many were suppressed.</param>
internal sealed class EntryBudget(TimeProvider clock, Action<int> tell)
{
    /// <summary>How many entries are written in one <see cref="Window"/>.</summary>
    internal const int MostPerWindow = 20;

    internal static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _windowBegan; // guarded by _gate, as all below
    private int _written;
    private int _suppressed;
    private ITimer? _timer;    // comes at the end of a window in which entries were suppressed

    /// <summary>Whether an entry is to be written. Tells first of those that were suppressed in a window that is over.</summary>
    internal bool Admit()
    {
        int before = 0;
        bool admitted;
        lock (_gate)
        {
            if (_written > 0 && clock.GetElapsedTime(_windowBegan) >= Window)
                before = EndWindow();
            if (_written == 0)
                _windowBegan = clock.GetTimestamp();
            admitted = _written < MostPerWindow;
            if (admitted)
                _written++;
            else if (++_suppressed == 1)
                AwaitEnd(Window - clock.GetElapsedTime(_windowBegan));
        }
        if (before > 0)
            tell(before);
        return admitted;
    }

    /// <summary>Ends the window now, and tells what was suppressed in it.</summary>
    internal void Flush()
    {
        int suppressed;
        lock (_gate)
            suppressed = EndWindow();
        if (suppressed > 0)
            tell(suppressed);
    }

    private int EndWindow()
    {
        int suppressed = _suppressed;
        _written = 0;
        _suppressed = 0;
        if (_timer is not null)
            AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        _timer?.Dispose();
        _timer = null;
        return suppressed;
    }

    /// <summary>The number of suppressed entries is also written when no other entry follows.</summary>
    private void AwaitEnd(TimeSpan left)
    {
        // The code that fails has a context that the timer must not keep.
        using var noFlow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _timer = clock.CreateTimer(
            static budget => ((EntryBudget)budget!).Flush(), this, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    private void OnProcessExit(object? sender, EventArgs end) => Flush();
}
