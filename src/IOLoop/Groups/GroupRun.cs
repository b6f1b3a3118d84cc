#pragma warning disable VSTHRD003 // the runs of loops are tasks of their threads, which resume nothing on a caller's context

namespace IOLoops.Groups;

/// <summary>One run of a group: each loop on its own thread, until the last has ended.</summary>
/// <param name="members">The loops.</param>
/// <param name="oneEnded">A loop has ended before the group was asked to stop. On a thread of the pool; must not throw.</param>
internal sealed class GroupRun(LoopMember[] members, Action<PollIOLoop, Exception?> oneEnded)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource[] _stops = Array.ConvertAll(members, static _ => new CancellationTokenSource());
    private readonly Task[] _runs = new Task[members.Length];
    private readonly Lock _gate = new();
    private readonly List<Exception> _failures = []; // guarded by _gate
    private int _running = members.Length;
    private volatile bool _isStopping;

    /// <summary>Ends when all loops have, and all ends were reported. Fails with the failures of all.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Whether the group was asked to stop, so that the end of a loop is nothing to report.</summary>
    internal bool IsStopping => _isStopping;

    /// <summary>Starts the threads. A loop that cannot be started counts as one whose run has failed.</summary>
    internal void Begin()
    {
        foreach (var member in members)
            member.NoteRun(hasEnded: false);
        for (int i = 0; i < members.Length; i++)
            _runs[i] = Run(members[i].Loop, _stops[i].Token);
        for (int i = 0; i < members.Length; i++)
            _ = WatchAsync(members[i], _runs[i]);
    }

    /// <summary>The loops stop for another reason than <see cref="Stop"/>.</summary>
    internal void NoteStopping() => _isStopping = true;

    /// <summary>Asks all loops that still run to stop, but one. A loop that is just starting stops in its first turn. Any thread.</summary>
    internal void Stop(PollIOLoop? but = null)
    {
        _isStopping = true;
        List<Exception>? failures = null;
        for (int i = 0; i < members.Length; i++)
        {
            if (members[i].Loop == but)
                continue;
            try
            {
                _stops[i].Cancel();
            }
            catch (AggregateException exception)
            {
                (failures ??= []).AddRange(exception.InnerExceptions); // it could not be woken; the others must be
            }
        }
        if (failures is not null)
            throw failures.Count == 1 && failures[0] is IOException ? failures[0] : new AggregateException(failures);
    }

    /// <summary>The run fails with this, too, when it has ended.</summary>
    internal void Fail(Exception failure)
    {
        lock (_gate)
            _failures.Add(failure);
    }

    /// <summary>The run of one loop in this run of the group.</summary>
    internal Task RunOf(int index) => _runs[index];

    /// <summary>Ends, without an error, when all loops but one have ended.</summary>
    internal async Task OthersEndedAsync(PollIOLoop but)
    {
        for (int i = 0; i < members.Length; i++)
        {
            if (members[i].Loop != but)
                await _runs[i].ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static Task Run(PollIOLoop loop, CancellationToken stop)
    {
        try
        {
            return loop.RunAsync(stop);
        }
        catch (Exception exception)
        {
            return Task.FromException(exception); // closed meanwhile, or no thread was available
        }
    }

    private async Task WatchAsync(LoopMember member, Task run)
    {
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        member.NoteRun(hasEnded: true);
        var failure = run.Exception?.GetBaseException();
        if (_isStopping && failure is ObjectDisposedException)
            failure = null; // closed before its thread had begun
        if (failure is not null)
            Fail(failure);
        if (!_isStopping)
            oneEnded(member.Loop, failure);
        if (Interlocked.Decrement(ref _running) == 0)
            End();
    }

    private void End()
    {
        foreach (var member in members)
            member.NoteRun(hasEnded: false); // what is queued until the next run waits for it
        Exception[] failures;
        lock (_gate)
            failures = [.. _failures];
        if (failures.Length == 0)
            _ended.SetResult();
        else
            _ended.SetException(failures);
    }
}
