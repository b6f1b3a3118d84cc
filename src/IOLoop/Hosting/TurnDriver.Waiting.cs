using System.Diagnostics;

namespace IOLoops.Hosting;

/// <summary>Blocking a thread until a run has ended, or the host.</summary>
internal sealed partial class TurnDriver
{
    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(24); // what WaitHandle takes
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private int _isWatching; // whether it is being found out if a host has outlived its thread; interlocked

    private bool WaitForEndAway(HostedRun run, RunWait wait, TimeSpan? limit)
    {
        bool ended;
        using (_host.Waits?.EnterWait())
            ended = WaitForEnd(run, wait, limit);
        run.ThrowIfLost();
        return ended;
    }

    private bool WaitForEnd(HostedRun run, RunWait wait, TimeSpan? limit)
    {
        if (_loop.IsOnLoopThread)
        {
            Abandon(run);
            throw CannotPump();
        }
        var deadline = limit is { } span && span < LongestWait ? Now() + span + PumpLimit.Grace : LoopTime.MaxValue;
        if (WaitForFirstTurn(run, wait, deadline) && WaitForHost(run, wait, deadline))
            return true;
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
        if (Volatile.Read(ref _abandoned) is not { IsOver: false } run || _turns.IsMine)
            return limit;
        long began = Stopwatch.GetTimestamp();
        bool ended;
        using (_host.Waits?.EnterWait())
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
    private bool WaitForFirstTurn(HostedRun run, RunWait wait, LoopTime deadline)
    {
        for (var patience = FirstProbe; ; patience = Min(patience * 2, LongestProbe))
        {
            var left = deadline - Now();
            if (left <= TimeSpan.Zero)
                return false;
            var outcome = wait.AwaitTurn(Min(patience, left));
            if (outcome != WaitOutcome.TimedOut)
                return outcome != WaitOutcome.Cancelled;
            Probe(run);
        }
    }

    private bool WaitForHost(HostedRun run, RunWait wait, LoopTime deadline)
    {
        var outcome = wait.AwaitEndOrThread(Left(deadline));
        if (outcome != WaitOutcome.ThreadEnded)
            return outcome == WaitOutcome.Ended;
        if (IsHostAlive(run))
            return wait.AwaitEnd(Left(deadline)) == WaitOutcome.Ended; // computed again: asking took time
        Lose(run, Gone(new InvalidOperationException("The host's thread has ended.")));
        return true;
    }

    /// <summary>The thread of the first turn has ended. The host may have others, which then run what they are given.</summary>
    private bool IsHostAlive(HostedRun run)
    {
        var alive = new TaskCompletionSource();
        if (Hand(alive.SetResult) is { } failure)
        {
            Lose(run, failure);
            return false;
        }
#pragma warning disable VSTHRD002 // for a bounded time, on a thread that is not the host's
        return Task.WaitAny([alive.Task, run.Ended], Silence) == 0;
#pragma warning restore VSTHRD002
    }

    /// <summary>
    /// A host may take what it is given without a word though its thread has ended, and then nothing would tell. One that has other
    /// threads runs a turn within a short time.
    /// </summary>
    private void WatchDeadThread(HostedRun run)
    {
        if (run.HostThread is { IsAlive: false } && Interlocked.Exchange(ref _isWatching, 1) == 0)
            WatchSilence(run);
    }

    // A method of its own: a closure is allocated where its method begins, also when it is not needed there.
    private void WatchSilence(HostedRun run)
    {
        int came = Volatile.Read(ref _came);
        _ = Task.Delay(Silence).ContinueWith(
            _ =>
            {
                Interlocked.Exchange(ref _isWatching, 0);
                if (came == Volatile.Read(ref _came) && run.State == RunState.Running)
                    Lose(run, Gone(new InvalidOperationException("The host's thread has ended, and no other one runs its turns.")));
            },
            TaskScheduler.Default);
    }

    private static TimeSpan Left(LoopTime deadline)
    {
        if (deadline == LoopTime.MaxValue)
            return Timeout.InfiniteTimeSpan;
        var left = deadline - Now();
        return left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }

    private static LoopTime Now() => new(Stopwatch.GetElapsedTime(0).Ticks);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
