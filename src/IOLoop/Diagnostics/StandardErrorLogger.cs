using System.Globalization;
using Microsoft.Extensions.Logging;

namespace IOLoops.Diagnostics;

/// <summary>
/// Where failures go when no logger factory was given: warnings and worse, to the standard error stream. Of a storm of them
/// only the first few of each second are written, and how many there were besides: writing them all would take longer than
/// what failed.
/// </summary>
/// <param name="name">The loop's.</param>
/// <param name="writer">Where to; null: the standard error stream.</param>
/// <param name="clock">Null: the system's.</param>
internal sealed class StandardErrorLogger(string name, TextWriter? writer = null, TimeProvider? clock = null) : ILogger
{
    /// <summary>How many entries are written in one <see cref="Window"/>.</summary>
    internal const int MostPerWindow = 20;

    internal static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private long _windowBegan; // guarded by _gate, as all below
    private int _written;
    private int _suppressed;
    private ITimer? _timer;    // comes at the end of a window in which entries were suppressed

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel) || !Admit(out int before))
            return;
        if (before > 0)
            WriteSuppressed(before);
        string text = $"[{name}] {logLevel}: {formatter(state, exception)}";
        Write(exception is null ? text : text + Environment.NewLine + exception);
    }

    /// <summary>Whether an entry is to be written.</summary>
    /// <param name="before">How many were suppressed that nobody has been told of.</param>
    private bool Admit(out int before)
    {
        lock (_gate)
        {
            before = 0;
            if (_written > 0 && _clock.GetElapsedTime(_windowBegan) >= Window)
                before = EndWindow();
            if (_written == 0)
                _windowBegan = _clock.GetTimestamp();
            if (_written < MostPerWindow)
            {
                _written++;
                return true;
            }
            // Also when no other entry follows, it is told how many were suppressed.
            if (++_suppressed == 1)
                _timer = StartTimer(Window - _clock.GetElapsedTime(_windowBegan));
            return false;
        }
    }

    private int EndWindow()
    {
        int suppressed = _suppressed;
        _written = 0;
        _suppressed = 0;
        _timer?.Dispose();
        _timer = null;
        return suppressed;
    }

    private ITimer StartTimer(TimeSpan left)
    {
        // Whoever fails has a context that the timer must not keep.
        using var noFlow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        return _clock.CreateTimer(
            static logger => ((StandardErrorLogger)logger!).OnWindowOver(), this, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void OnWindowOver()
    {
        int suppressed;
        lock (_gate)
            suppressed = EndWindow();
        if (suppressed > 0)
            WriteSuppressed(suppressed);
    }

    private void WriteSuppressed(int count) => Write(string.Create(
        CultureInfo.InvariantCulture, $"[{name}] {LogLevel.Warning}: {count:N0} more entries within a second were suppressed."));

    private void Write(string text)
    {
        try
        {
            (writer ?? Console.Error).WriteLine(text);
        }
        catch (IOException)
        {
            // The stream is closed: there is nowhere left to say anything.
        }
    }
}
