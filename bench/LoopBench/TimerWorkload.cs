using IOLoops;

namespace LoopBench;

/// <summary>
/// timers: <c>bulk</c> adds many, removes most of them, and, once all are due, runs the rest; <c>lateness</c> spreads a
/// thousand over two seconds and compares when each ran with when it was due.
/// </summary>
internal sealed class TimerWorkload
{
    private readonly IOLoop _loop;
    private readonly Action<object> _fire;
    private readonly object[] _index;
    private readonly int[] _milliseconds;
    private readonly XorShift _random = new();
    private readonly RoundEnd _ended = new();
    private int _remaining;
    private int _fired;
    private long[]? _due;
    private long[]? _late;

    private TimerWorkload(Options options, int count, int spread)
    {
        _loop = LoopFactory.Start(options);
        _fire = Fire;
        _remaining = count;
        _index = new object[count];
        _milliseconds = new int[count];
        for (int i = 0; i < count; i++)
        {
            _index[i] = i;
            _milliseconds[i] = 1 + _random.Next() % spread;
        }
    }

    internal static void Run(Options options)
    {
        switch (options.Text("what", "bulk"))
        {
            case "bulk":
                int count = options.Number("count", 1_000_000);
                Bulk(options, count / 20, warmUp: true);
                Bulk(options, count / 20, warmUp: true);
                Bulk(options, count, warmUp: false);
                break;
            case "lateness":
                count = options.Number("count", 1000);
                Lateness(options, Math.Min(count, 200), 200, warmUp: true);
                Lateness(options, count, options.Number("spread-ms", 2000), warmUp: false);
                break;
            case string other:
                throw new NotAnsweredException($"timers has no variant '{other}'. Use --what bulk or lateness.");
        }
    }

    private static void Bulk(Options options, int count, bool warmUp)
    {
        int percent = options.Number("cancel-pct", 90);
        int spread = warmUp ? 100 : options.Number("spread-ms", 1000);
        var timers = new TimerWorkload(options, count, spread);
        bool[] removed = timers.ChooseRemoved(percent);
        Measurement.Settle();

        long start = 0, added = 0, cancelled = 0, due = 0, allocated = 0;
        int early = 0;
        timers._loop.AddCallback(() =>
        {
            var handles = new TimeoutHandle[count];
            long before = Measurement.Allocated;
            start = Measurement.Now;
            timers.Add(handles);
            added = Measurement.Now;
            timers.Remove(handles, removed);
            cancelled = Measurement.Now;
            early = timers._fired;
            allocated = Measurement.Allocated - before;
#pragma warning disable IOL0001 // Holds the loop until every timeout is due.
            Thread.Sleep(spread + 20);
#pragma warning restore IOL0001
            due = Measurement.Now;
            if (timers._remaining == 0)
                timers._ended.Reach(); // no timeout is left that would
        });
        timers._ended.Wait();
        timers._loop.Stop();
        if (warmUp)
            return;
        Describe(new Result("timers.add", options) { Operations = count, Seconds = Measurement.Seconds(start, added), AllocatedBytes = allocated, EarlyFires = early });
        Describe(new Result("timers.cancel", options) { Operations = count - timers._remaining, Seconds = Measurement.Seconds(added, cancelled), EarlyFires = early });
        Describe(new Result("timers.fire", options) { Operations = timers._remaining, Seconds = Measurement.Seconds(due, timers._ended.Time), EarlyFires = early });

        void Describe(Result result) =>
            result.With("count", count).With("cancel_pct", percent).With("spread_ms", spread).With("base_ms", 0).Print();
    }

    private bool[] ChooseRemoved(int percent)
    {
        var removed = new bool[_index.Length];
        for (int i = 0; i < removed.Length; i++)
        {
            removed[i] = _random.Next() % 100 < percent;
            if (removed[i])
                _remaining--;
        }
        return removed;
    }

    private void Add(TimeoutHandle[] handles)
    {
        for (int i = 0; i < handles.Length; i++)
            handles[i] = Add(i);
    }

    private TimeoutHandle Add(int i)
    {
        var delay = new TimeSpan(_milliseconds[i] * TimeSpan.TicksPerMillisecond);
        return _loop is SchedulerLoop scheduled ? scheduled.Schedule(delay, _fire, _index[i]) : _loop.CallLater(delay, _fire, _index[i]);
    }

    private void Remove(TimeoutHandle[] handles, bool[] removed)
    {
        for (int i = 0; i < handles.Length; i++)
        {
            if (removed[i])
                _loop.RemoveTimeout(handles[i]);
        }
    }

    private static void Lateness(Options options, int count, int spread, bool warmUp)
    {
        var timers = new TimerWorkload(options, count, spread) { _due = new long[count], _late = new long[count] };
        Measurement.Settle();
        long before = Measurement.Allocated;
        long start = Measurement.Now;
        timers._loop.AddCallback(timers.AddAll);
        timers._ended.Wait();
        long allocated = Measurement.Allocated - before;
        timers._loop.Stop();
        if (warmUp)
            return;
        new Result("timers.lateness", options)
        {
            Operations = count,
            Seconds = Measurement.Seconds(start, timers._ended.Time),
            Latencies = timers._late,
            AllocatedBytes = allocated,
        }.With("count", count).With("spread_ms", spread).Print();
    }

    private void AddAll()
    {
        for (int i = 0; i < _index.Length; i++)
        {
            _due![i] = Measurement.Now + _milliseconds[i] * 1_000_000L;
            Add(i);
        }
    }

    private void Fire(object index)
    {
        if (_late is not null)
            _late[(int)index] = Measurement.Now - _due![(int)index];
        if (++_fired == _remaining)
            _ended.Reach();
    }
}
