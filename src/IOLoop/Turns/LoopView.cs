using IOLoops.Callbacks;
using IOLoops.Diagnostics;
using IOLoops.Ownership;
using IOLoops.Registrations;
using IOLoops.Timeouts;

namespace IOLoops.Turns;

/// <summary>
/// The loop as others look at it: stalls, metrics, spans, debuggers. Most of it is read by any thread, which may see a number that was
/// never true: two of them are put together of several.
/// </summary>
internal sealed class LoopView(
    IOLoop loop, PollerKind poller, LoopGate gate, LoopClock clock, CallbackQueue callbacks, TimeoutQueue timeouts, HandlerTable registrations)
    : IObservedLoop
{
    private const int LongestUnasked = 15; // turns

    private readonly LoopMeter _meter = LoopMeter.Shared;
    private int _unasked; // turns that are still to begin without asking; the loop's thread alone
    private TurnObservation? _observation; // made when first needed; then kept
    private volatile StallWatch? _watch;   // written under the gate

    public IOLoop Loop => loop;

    public PollerKind PollerKind => poller;

    public LoopCounters Counters { get; } = new();

    /// <summary>The loop's name and kind, which all measurements carry.</summary>
    public KeyValuePair<string, object?>[] Tags => field ??= [new("ioloop.name", loop.Name), new("ioloop.kind", LoopKind.Of(loop))];

    public bool IsWatched => _watch is not null;

    public bool IsMeasured => _meter.IsMeasuring;

    public int QueueLength => callbacks.Count;

    public int DescriptorCount => registrations.Count;

    public int TimeoutCount => Math.Max(0, timeouts.Count);

    internal TurnObservation Observation => _observation ?? MakeObservation();

    /// <summary>
    /// Asked once per turn. It stays true for one turn after the last observer has left, in which observing comes to its
    /// end. Whether anyone measures takes five calls to find out, so a loop that does not sleep finds out in every sixteenth turn.
    /// </summary>
    internal bool IsObserved => _watch is not null || _observation is { IsOn: true } || (--_unasked < 0 && AskIfMeasured());

    /// <summary>The call in progress; null: the loop was never observed.</summary>
    internal CallMark? Mark => _observation?.Mark;

    /// <summary>A native loop has slept: the next turn finds out whether anyone measures.</summary>
    internal void NoteSleep() => _unasked = 0;

    /// <summary>A hosted turn, or a run, begins or ends: a poll that has thrown is over.</summary>
    internal void Restart()
    {
        _unasked = 0;
        _observation?.Restart();
    }

    /// <summary>A hosted loop leaves the waiting to others, until its next turn or the end of its run. Not inside a turn.</summary>
    internal void BeginSleep() => _observation?.BeginSleep();

    /// <summary>Makes a watchdog report calls that take too long, in place of an earlier setting. Any thread.</summary>
    /// <param name="watchdog">Who looks.</param>
    /// <param name="threshold">How long a call may take; null: no limit.</param>
    /// <param name="action">What to do then; null: end the process.</param>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    internal void Watch(StallWatchdog watchdog, TimeSpan? threshold, Action<BlockedLoop>? action)
    {
        using var held = gate.Hold();
        if (threshold is not null)
            ObjectDisposedException.ThrowIf(gate.IsClosed, loop);
        _watch?.End();
        _watch = null;
        if (threshold is not { } span)
            return;
        var watch = new StallWatch(watchdog, this, Observation.Mark, span, action);
        watch.Begin();
        _watch = watch;
    }

    internal void EndWatch()
    {
        using var held = gate.Hold();
        _watch?.End();
        _watch = null;
    }

    public List<RegistrationState> Registrations() =>
        [.. registrations.Copy().Select(entry => new RegistrationState(
            entry.Descriptor, entry.Row.Events, Describe(entry.Row.Target), entry.Row.Object, Describe(entry.Row.Flags)))];

    /// <param name="most">How many at most.</param>
    public List<TimeoutState> NextTimeouts(int most)
    {
        var now = new LoopTime(clock.Now);
        return [.. timeouts.Copy(most).Select(entry => new TimeoutState(new LoopTime(entry.When) - now, LoopLog.Describe(entry.Callback)))];
    }

    /// <summary>What is being called, as far as it is known; null: nothing, or the loop is not observed.</summary>
    public string? CurrentCall()
    {
        if (Mark is not { } mark)
            return null;
        long version = mark.Version;
        return CallMark.IsCall(version) && mark.TryRead(version, out var call) ? new BlockedLoop(loop, TimeSpan.Zero, call).Subject : null;
    }

    private bool AskIfMeasured()
    {
        _unasked = LongestUnasked;
        return IsMeasured;
    }

    private TurnObservation MakeObservation()
    {
        var made = new TurnObservation(this, callbacks);
        return Interlocked.CompareExchange(ref _observation, made, null) ?? made;
    }

    private static string Describe(object? target) => target switch
    {
        AsyncHandler handler => LoopLog.Describe(handler.Handler),
        Delegate handler => LoopLog.Describe(handler),
        _ => "WaitAsync",
    };

    private static string Describe(RegistrationFlags flags)
    {
        var conditions = new List<string>();
        if ((flags & RegistrationFlags.Running) != 0)
            conditions.Add("is being called");
        if ((flags & RegistrationFlags.Resting) != 0)
            conditions.Add("rests until its task ends");
        if ((flags & RegistrationFlags.AlwaysReady) != 0)
            conditions.Add("is always ready");
        return string.Join(", ", conditions);
    }
}
