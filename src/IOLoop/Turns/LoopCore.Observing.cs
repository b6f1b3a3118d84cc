using System.Runtime.CompilerServices;
using IOLoops.Diagnostics;

namespace IOLoops.Turns;

/// <summary>Being looked at: stalls, metrics, spans.</summary>
internal sealed partial class LoopCore
{
    private readonly LoopMeter _meter = LoopMeter.Shared;
    private TurnObservation? _observation; // made when first needed; then kept
    private volatile StallWatch? _watch;   // written under _runGate

    public LoopCounters Counters { get; } = new();

    /// <summary>The loop's name and kind, which all measurements carry.</summary>
    public KeyValuePair<string, object?>[] Tags => field ??= [new("ioloop.name", _loop.Name), new("ioloop.kind", _loop.GetType().Name)];

    internal TurnObservation Observation => _observation ?? MakeObservation();

    public bool IsWatched => _watch is not null;

    public bool IsMeasured => _meter.IsMeasuring;

    /// <summary>
    /// Asked once per turn. It stays true for one turn after the last who looked has gone, in which observing comes to its
    /// end.
    /// </summary>
    private bool IsObserved => _watch is not null || _observation is { IsOn: true } || IsMeasured;

    // Read by any thread, which may see a number that was never true: two of them are put together of several.

    public int QueueLength => _callbacks.Count;

    public int DescriptorCount => _handlers.Count;

    public int TimeoutCount => Math.Max(0, _timeouts.Count);

    private CallMark? Mark => _observation?.Mark;

    /// <summary>A hosted loop leaves the waiting to others, until its next turn or the end of its run. Not inside a turn.</summary>
    internal void BeginSleep() => _observation?.BeginSleep();

    private TurnObservation MakeObservation()
    {
        var made = new TurnObservation(this, _callbacks);
        return Interlocked.CompareExchange(ref _observation, made, null) ?? made;
    }

    /// <summary>Has a watchdog report when a call takes too long, instead of what it was told before. Any thread.</summary>
    /// <param name="watchdog">Who looks.</param>
    /// <param name="threshold">How long a call may take; null: as long as it likes.</param>
    /// <param name="action">What to do then; null: end the process.</param>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    internal void Watch(StallWatchdog watchdog, TimeSpan? threshold, Action<BlockedLoop>? action)
    {
        lock (_runGate)
        {
            if (threshold is not null)
                ObjectDisposedException.ThrowIf(_closed, _loop);
            _watch?.End();
            _watch = null;
            if (threshold is not { } span)
                return;
            var watch = new StallWatch(watchdog, this, Observation.Mark, span, action);
            watch.Begin();
            _watch = watch;
        }
    }

    /// <summary>The handlers of a turn, which has asked whether it is observed before it slept in the poller: what wakes it may be what blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int RunHandlersOfTurn<TObserver>()
        where TObserver : struct, ITurnObserver
    {
        return typeof(TObserver) == typeof(Observed) || _watch is null ? RunHandlers<TObserver>() : ObserveHandlers();
    }

    private int ObserveHandlers()
    {
        Observed.BeginTurn(this);
        int ran = RunHandlers<Observed>();
        Observed.EndTurn(this);
        return ran;
    }

    private void EndWatch()
    {
        lock (_runGate)
        {
            _watch?.End();
            _watch = null;
        }
    }
}
