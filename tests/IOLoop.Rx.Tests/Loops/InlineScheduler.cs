using System.Collections.Concurrent;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>
/// Schedules on a thread of its own. What that thread itself schedules for now runs at once, inside the call, up to a depth: as
/// AvaloniaScheduler does, and other schedulers of user interfaces.
/// </summary>
public sealed class InlineScheduler : LocalScheduler, IDisposable
{
    private const int MostNested = 32;

    private readonly BlockingCollection<Action> _queue = [];
    private readonly Thread _thread;
    private int _depth; // its thread alone

    public InlineScheduler()
    {
        _thread = new Thread(Serve) { IsBackground = true, Name = "Inline scheduler" };
        _thread.UnsafeStart();
    }

    public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (dueTime <= TimeSpan.Zero && Thread.CurrentThread == _thread && _depth < MostNested)
            return Nested(state, action);
        var item = new SingleAssignmentDisposable();
        Action run = () =>
        {
            if (!item.IsDisposed)
                item.Disposable = action(this, state);
        };
        if (dueTime <= TimeSpan.Zero)
        {
            _queue.Add(run);
            return item;
        }
        var timer = new Timer(_ => TryAdd(run), null, dueTime, Timeout.InfiniteTimeSpan);
        return new CompositeDisposable(timer, item);
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        if (Thread.CurrentThread != _thread)
            _thread.Join(TimeSpan.FromSeconds(10));
    }

    private IDisposable Nested<TState>(TState state, Func<IScheduler, TState, IDisposable> action)
    {
        _depth++;
        try
        {
            return action(this, state);
        }
        finally
        {
            _depth--;
        }
    }

    private void TryAdd(Action run)
    {
        try
        {
            _queue.Add(run);
        }
        catch (InvalidOperationException)
        {
            // It was disposed: its timers run no more.
        }
    }

    private void Serve()
    {
        foreach (var run in _queue.GetConsumingEnumerable())
            run();
    }
}
