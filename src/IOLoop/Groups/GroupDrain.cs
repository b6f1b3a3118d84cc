namespace IOLoops.Groups;

/// <summary>
/// Finds a moment when no loop of a group has a callback that waits. Looking at one loop after the other does not: a callback that runs
/// on the last may have added one to the first meanwhile.
/// </summary>
/// <remarks>
/// A wave is a callback on each loop that notes how many callbacks this loop has run in the turns before; it begins when the wave before
/// has ended on all loops. Two waves in a row before which each loop ran nothing but the callback of the wave before: then nothing ran
/// on any loop between its two looks. At the moment when the wave before ended, all of these stretches of time overlap, and whatever was
/// queued by then would have run in one of them, because callbacks run in order. Both waves look at the same loops: one that has ended
/// in between may have added callbacks to the others.
/// </remarks>
internal sealed class GroupDrain(LoopMember[] members, GroupRun run)
{
    private const int QuietWaves = 2;

    private readonly long[] _callbacks = new long[members.Length];
    private int _looks = members.Length; // of the wave before

    /// <exception cref="InvalidOperationException">The run ends before.</exception>
    // Modelled in tests/models: drain.
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        int quiet = 0;
        for (bool isFirst = true; quiet < QuietWaves; isFirst = false)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool isQuiet = await WaveAsync(cancellationToken).ConfigureAwait(false);
            quiet = isQuiet && !isFirst ? quiet + 1 : 0;
        }
    }

    /// <returns>Whether each loop has run nothing but the callback of the wave before, and none has ended since.</returns>
    // Modelled in tests/models: drain.
    private async Task<bool> WaveAsync(CancellationToken cancellationToken)
    {
        var looks = new List<Task<bool>>(members.Length);
        for (int i = 0; i < members.Length; i++)
        {
            // Not what the member says: that is for the next run, too, when this one has ended.
            if (!run.RunOf(i).IsCompleted && !members[i].Loop.IsClosed)
                looks.Add(LookAsync(i, cancellationToken));
        }
        bool[] quiet = await Task.WhenAll(looks).ConfigureAwait(false);
        if (quiet.Length == 0 || (quiet.Length < members.Length && run.IsStopping))
            throw quiet.Length > 0 || run.IsStopping ? Ended() : AllEnded();
        bool isSmaller = looks.Count < _looks;
        _looks = looks.Count;
        return !isSmaller && Array.TrueForAll(quiet, static isQuiet => isQuiet);
    }

    // Modelled in tests/models: drain.
    private async Task<bool> LookAsync(int index, CancellationToken cancellationToken)
    {
        var look = new GroupLook(members[index].Loop.Core!.View.Counters);
        try
        {
            members[index].Loop.AddWorkItem(look);
            await Task.WhenAny(look.Looked, run.RunOf(index)).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (!look.Looked.IsCompleted)
                return run.IsStopping ? throw Ended() : false; // the others continue, and are looked at again
            long before = _callbacks[index];
            _callbacks[index] = await look.Looked.ConfigureAwait(false);
            return _callbacks[index] == before + 1;
        }
        catch (ObjectDisposedException)
        {
            return false; // closed meanwhile
        }
        finally
        {
            look.IsCancelled = true;
        }
    }

    private static InvalidOperationException AllEnded() =>
        new("The runs of all loops of the group ended before its callbacks had run. LoopGroup.LoopEnded and the log say why.");

    private static InvalidOperationException Ended() =>
        new("The group stopped before its callbacks had run. Await DrainAsync before you call Stop.");
}
