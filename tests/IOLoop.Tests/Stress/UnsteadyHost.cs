using System.Collections.Concurrent;

namespace IOLoops.Tests.Stress;

/// <summary>
/// A host with a thread that is slow now and then, and that hands on some of what is posted late, out of order with the
/// rest. Ended, it drops what waits and refuses more.
/// </summary>
internal sealed class UnsteadyHost : IHostThread, IDisposable
{
    private readonly BlockingCollection<Action> _queue = [];
    private readonly ManualResetEventSlim _ended = new();
    private readonly ConcurrentDictionary<Timer, bool> _late = [];
    private readonly Random _random;
    private readonly Thread _thread;

    internal UnsteadyHost(int seed)
    {
        _random = new Random(seed);
        _thread = new Thread(Serve) { IsBackground = true, Name = "Unsteady host" };
        _thread.UnsafeStart();
    }

    public bool IsOnHostThread => Thread.CurrentThread == _thread;

    public void Post(Action turn)
    {
        ObjectDisposedException.ThrowIf(_ended.IsSet, this);
        int chance;
        lock (_random)
            chance = _random.Next(100);
        if (chance < 10)
            PostLate(turn, chance % 3);
        else
            TryAdd(turn);
    }

    /// <summary>Runs something as the host's own work, unless the host has ended.</summary>
    internal void PostOwn(Action work) => TryAdd(work);

    internal void End()
    {
        _ended.Set();
        lock (_queue)
            _queue.CompleteAdding();
    }

    public void Dispose()
    {
        End();
        _thread.Join(LoopThread.Patience);
        foreach (var timer in _late.Keys)
            timer.Dispose();
    }

    private void PostLate(Action turn, int milliseconds)
    {
        Timer? timer = null;
        timer = new Timer(_ =>
        {
            TryAdd(turn);
            if (_late.TryRemove(timer!, out var _))
                timer!.Dispose();
        });
        _late[timer] = true;
        timer.Change(milliseconds, Timeout.Infinite);
    }

    private void TryAdd(Action work)
    {
        lock (_queue)
        {
            if (!_queue.IsAddingCompleted)
                _queue.Add(work);
        }
    }

    private void Serve()
    {
        int served = 0;
        foreach (var work in _queue.GetConsumingEnumerable())
        {
            if (_ended.IsSet)
                return;
            if (++served % 100 == 0)
                _ended.Wait(1); // slow
            work();
        }
    }
}
