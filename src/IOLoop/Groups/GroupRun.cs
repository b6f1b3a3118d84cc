using IOLoops.Tasks;

#pragma warning disable VSTHRD003 // the runs of loops are tasks of their threads, which resume nothing on a caller's context

namespace IOLoops.Groups;

/// <summary>One run of a group: each loop on its own thread, until the last has ended.</summary>
/// <param name="members">The loops.</param>
/// <param name="oneEnded">A loop has ended before the group was asked to stop. On a thread of the pool; must not throw.</param>
internal sealed class GroupRun(LoopMember[] members, Action<PollIOLoop, Exception?> oneEnded)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LoopThread[] _threads = Array.ConvertAll(members, static member => new LoopThread(member.Loop, CancellationToken.None));
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
    // Modelled in tests/models: group.
    internal void Begin()
    {
        foreach (var member in members)
            member.NoteRun(hasEnded: false);
        for (int i = 0; i < members.Length; i++)
            _runs[i] = Run(_threads[i]);
        for (int i = 0; i < members.Length; i++)
            _ = WatchAsync(members[i], _runs[i]);
    }

    /// <summary>The loops stop for another reason than <see cref="Stop"/>.</summary>
    internal void NoteStopping() => _isStopping = true;

    /// <summary>
    /// Asks all loops that still run to stop, but one. A loop that is just starting stops as soon as it runs. Any thread. Again: asks
    /// those that still run once more, because some may not have been woken.
    /// </summary>
    /// <exception cref="IOException">A loop could not be woken. The others were asked.</exception>
    /// <exception cref="AggregateException">The same of several.</exception>
    // Modelled in tests/models: group.
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
                _threads[i].Stop();
            }
            catch (Exception exception)
            {
                (failures ??= []).Add(exception); // it could not be woken; the others must be
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

    private static Task Run(LoopThread thread)
    {
        try
        {
            thread.Begin();
            return thread.Ended;
        }
        catch (Exception exception)
        {
            return Task.FromException(exception); // no thread was available
        }
    }

    // Modelled in tests/models: group.
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

    // Modelled in tests/models: group.
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
