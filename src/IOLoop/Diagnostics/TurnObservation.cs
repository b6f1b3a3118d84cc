using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using IOLoops.Callbacks;

namespace IOLoops.Diagnostics;

/// <summary>What is noted of a loop's turns while it is observed for stalls, metrics or spans. The loop's thread.</summary>
/// <remarks>
/// The clock is asked as rarely as can be: where a call begins at once behind a poll or another call, the end of that is its
/// beginning, so that a turn of one handler asks twice.
/// </remarks>
internal sealed class TurnObservation(IObservedLoop core, CallbackQueue callbacks)
{
    private readonly double _secondsPerUnit = 1.0 / Stopwatch.Frequency; // not static: see LoopMeter.Spans

    private readonly LoopMeter _meter = LoopMeter.Shared;
    private bool _timesHandlers;
    private bool _timesPolls;
    private bool _traces;
    private bool _hasToldOfListener;
    private long _stamp;  // when what came last ended; 0: not known
    private long _polled; // how long the loop has waited, until the last wait ended

    internal CallMark Mark { get; } = new();

    /// <summary>Whether another turn must be observed, if only to end the observation.</summary>
    internal bool IsOn { get; private set; }

    /// <summary>The loop was, or is about to be, in no run or in its host. A wait that began there is over.</summary>
    internal void Restart()
    {
        _stamp = 0;
        ref long noted = ref core.Counters.PollTime;
        if (noted < 0)
            Volatile.Write(ref noted, _polled = noted + Stopwatch.GetTimestamp());
    }

    /// <summary>A hosted loop leaves the waiting to others, until <see cref="Restart"/>.</summary>
    internal void BeginSleep()
    {
        if (IsOn && _timesPolls)
            Volatile.Write(ref core.Counters.PollTime, _polled - Stopwatch.GetTimestamp());
    }

    /// <remarks>
    /// A call on the stack pumps the host, possibly without the loop's knowledge. When this turn has ended it is unknown whether
    /// that call still waits: while the loop is idle the next turn may come much later. So the call is not timed any more. A call
    /// that pumps through the loop is timed again when it resumes: see <see cref="CallMark.Resume"/>.
    /// </remarks>
    internal void BeginTurn()
    {
        _ = Mark.Interrupt();
        Mark.SetThread();
        if (!IsOn)
        {
            // From an earlier time of observation.
            _stamp = 0;
            callbacks.TakeOldestPost();
        }
        IsOn = true;
        _timesHandlers = _meter.HandlerDuration.Enabled;
        _timesPolls = _meter.PollTime.Enabled;
        _traces = _meter.Spans.HasListeners();
        callbacks.StampsPosts = _meter.CallbackLag.Enabled;
    }

    internal void EndTurn()
    {
        if (!core.IsWatched && !core.IsMeasured)
        {
            IsOn = false;
            callbacks.StampsPosts = false;
        }
    }

    internal void BeginCallbacks()
    {
        if (callbacks.TakeOldestPost() is var posted and > 0)
            Record(_meter.CallbackLag, Stopwatch.GetTimestamp() - posted);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void EndCallbacks(int ran)
    {
        if (ran == 0)
            return;
        Mark.End();
        _stamp = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void BeginPoll()
    {
        if (!_timesPolls)
            return;
        if (_stamp == 0)
            _stamp = Stopwatch.GetTimestamp();
        Volatile.Write(ref core.Counters.PollTime, _polled - _stamp);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void EndPoll()
    {
        if (_timesPolls)
        {
            long now = Stopwatch.GetTimestamp();
            _polled += now - _stamp;
            Volatile.Write(ref core.Counters.PollTime, _polled);
            _stamp = now;
        }
        else
        {
            _stamp = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal HandlerCall BeginHandler(Delegate? handler, int fd, object? file, IOEvents events)
    {
        Mark.Begin(handler, fd, file);
        long start = !_timesHandlers ? 0 : _stamp != 0 ? _stamp : Stopwatch.GetTimestamp();
        var span = _traces && handler is not null ? BeginSpan(handler, fd, events) : null;
        return new HandlerCall(start, span);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void EndHandler(in HandlerCall call, Exception? failure)
    {
        Mark.End();
        if (call.Span is { } span)
            EndSpan(span, failure);
        if (call.Start == 0)
        {
            _stamp = 0;
            return;
        }
        _stamp = Stopwatch.GetTimestamp();
        Record(_meter.HandlerDuration, _stamp - call.Start);
    }

    // A listener runs its own code here, inside a turn: an exception from it must not end the loop.

    private void Record(Histogram<double> histogram, long units)
    {
        try
        {
            histogram.Record(units * _secondsPerUnit, core.Tags);
        }
        catch (Exception exception)
        {
            TellOnce(exception);
        }
    }

    private Activity? BeginSpan(Delegate handler, int fd, IOEvents events)
    {
        try
        {
            return LoopTracing.Begin(core.Tags, handler, fd, events);
        }
        catch (Exception exception)
        {
            TellOnce(exception);
            return null;
        }
    }

    private void EndSpan(Activity span, Exception? failure)
    {
        try
        {
            LoopTracing.End(span, failure);
        }
        catch (Exception exception)
        {
            TellOnce(exception);
        }
    }

    private void TellOnce(Exception exception)
    {
        if (_hasToldOfListener)
            return;
        _hasToldOfListener = true;
        LoopLog.ListenerFailed(core.Loop.Logger, exception, core.Loop.Name);
    }
}
