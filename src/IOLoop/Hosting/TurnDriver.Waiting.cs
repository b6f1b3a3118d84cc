using System.Diagnostics;
using IOLoops.Core;

namespace IOLoops.Hosting;

/// <summary>Blocking a thread until a run has ended, or the host.</summary>
internal sealed partial class TurnDriver
{
    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(24); // what WaitHandle takes
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private bool WaitForEndAway(HostedRun run, TimeSpan? limit)
    {
        using (_host.EnterWait())
            return WaitForEnd(run, limit);
    }

    private bool WaitForEnd(HostedRun run, TimeSpan? limit)
    {
        if (_loop.IsOnLoopThread)
        {
            Abandon(run);
            throw CannotPump();
        }
        var deadline = limit is { } span && span < LongestWait ? LoopTimeNow() + span + LimitGrace : LoopTime.MaxValue;
        if (WaitForFirstTurn(run, deadline) && WaitForHost(run, deadline))
        {
#pragma warning disable VSTHRD002 // it is about to be set
            run.Ended.Wait();
#pragma warning restore VSTHRD002
            run.Dispose();
            return true;
        }
        Abandon(run);
        return false;
    }

    /// <summary>
    /// A run that was given up ends with the turn that is under way. A caller that begins another run waits for that end instead
    /// of being refused, unless it is further up the stack of that very turn.
    /// </summary>
    /// <returns>What is left of the limit.</returns>
    /// <exception cref="TimeoutException">The limit was reached first.</exception>
    internal TimeSpan? WaitForAbandonedRun(TimeSpan? limit)
    {
        if (_abandoned is not { IsOver: false } run || _turnGate.IsHeldByCurrentThread)
            return limit;
        long began = Stopwatch.GetTimestamp();
        bool ended;
        using (_host.EnterWait())
        {
#pragma warning disable VSTHRD002 // it ends on the thread of the turn, which is another one
            ended = run.Ended.Wait(limit is { } span && span < LongestWait ? span : Timeout.InfiniteTimeSpan);
#pragma warning restore VSTHRD002
        }
        var left = limit - Stopwatch.GetElapsedTime(began);
        return ended && !(left <= TimeSpan.Zero) ? left : throw new TimeoutException(
            $"The function given to RunSync has not begun within {limit}: a callback of {_loop.Name} still runs that an earlier RunSync has given up.");
    }

    /// <summary>Until the host has run a turn, it is asked now and then whether it still takes any.</summary>
    private bool WaitForFirstTurn(HostedRun run, LoopTime deadline)
    {
        for (var patience = FirstProbe; ; patience = Min(patience * 2, LongestProbe))
        {
            var left = deadline - LoopTimeNow();
            if (left <= TimeSpan.Zero)
                return false;
            if (WaitHandle.WaitAny([run.Finished!, run.Begun!], Min(patience, left)) != WaitHandle.WaitTimeout)
                return true;
            Probe(run);
        }
    }

    private bool WaitForHost(HostedRun run, LoopTime deadline)
    {
        var left = deadline - LoopTimeNow();
        var patience = deadline == LoopTime.MaxValue ? Timeout.InfiniteTimeSpan : left < TimeSpan.Zero ? TimeSpan.Zero : left;
        if (run.Life is not { } life)
            return run.Finished!.WaitOne(patience);
        try
        {
            int which = WaitHandle.WaitAny([run.Finished!, life], patience);
            if (which == 1)
                life.ReleaseMutex(); // given up by the host's thread at the run's end
            return which != WaitHandle.WaitTimeout;
        }
        catch (AbandonedMutexException)
        {
            life.ReleaseMutex();
            if (IsHostAlive(run))
                return run.Finished!.WaitOne(patience);
            Lose(run, Gone(new InvalidOperationException("The host's thread has ended.")));
            return true;
        }
    }

    /// <summary>The thread of the first turn has ended. The host may have others, which then run what they are given.</summary>
    private bool IsHostAlive(HostedRun run)
    {
        var alive = new TaskCompletionSource();
        Post(run, alive.SetResult);
#pragma warning disable VSTHRD002 // for a bounded time, on a thread that is not the host's
        return Task.WaitAny([alive.Task, run.Ended], Silence) == 0;
#pragma warning restore VSTHRD002
    }

    private static LoopTime LoopTimeNow() => new(Stopwatch.GetElapsedTime(0).Ticks);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
