using System.Diagnostics;
using IOLoops.Core;

namespace IOLoops.Hosting;

/// <summary>Blocking a thread until a run has ended, or the host.</summary>
internal sealed partial class TurnDriver
{
    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(24); // what WaitHandle takes
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private bool WaitForEndAway(HostedRun run, TimeSpan? limit, CancellationToken cancellationToken)
    {
        using (_host.EnterWait())
            return WaitForEnd(run, limit, cancellationToken);
    }

    private bool WaitForEnd(HostedRun run, TimeSpan? limit, CancellationToken cancellationToken)
    {
        if (_loop.IsOnLoopThread)
        {
            Abandon(run);
            throw CannotPump();
        }
        var deadline = limit is { } span && span < LongestWait ? LoopTimeNow() + span + LimitGrace : LoopTime.MaxValue;
        if (WaitForFirstTurn(run, deadline, cancellationToken) && WaitForHost(run, deadline, cancellationToken))
        {
#pragma warning disable VSTHRD002 // it is about to be set
            run.Ended.Wait(CancellationToken.None);
#pragma warning restore VSTHRD002
            run.Dispose();
            return true;
        }
        Abandon(run);
        return false;
    }

    /// <summary>Until the host has run a turn, it is asked now and then whether it still takes any.</summary>
    private bool WaitForFirstTurn(HostedRun run, LoopTime deadline, CancellationToken cancellationToken)
    {
        for (var patience = FirstProbe; ; patience = Min(patience * 2, LongestProbe))
        {
            var left = deadline - LoopTimeNow();
            if (left <= TimeSpan.Zero)
                return false;
            int which = WaitHandle.WaitAny([run.Finished!, run.Begun!, cancellationToken.WaitHandle], Min(patience, left));
            if (which != WaitHandle.WaitTimeout)
                return which < 2;
            Probe(run);
        }
    }

    private bool WaitForHost(HostedRun run, LoopTime deadline, CancellationToken cancellationToken)
    {
        var left = deadline - LoopTimeNow();
        var patience = deadline == LoopTime.MaxValue ? Timeout.InfiniteTimeSpan : left < TimeSpan.Zero ? TimeSpan.Zero : left;
        var cancelled = cancellationToken.WaitHandle;
        if (run.Life is not { } life)
            return WaitHandle.WaitAny([run.Finished!, cancelled], patience) == 0;
        try
        {
            int which = WaitHandle.WaitAny([run.Finished!, life, cancelled], patience);
            if (which == 1)
                life.ReleaseMutex(); // given up by the host's thread at the run's end
            return which is 0 or 1;
        }
        catch (AbandonedMutexException)
        {
            life.ReleaseMutex();
            if (IsHostAlive(run))
                return WaitHandle.WaitAny([run.Finished!, cancelled], patience) == 0;
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
