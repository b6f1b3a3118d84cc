using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>A loop's place in the <see cref="SharedSleeper"/>.</summary>
/// <param name="poller">Whose descriptor is watched.</param>
/// <param name="wake">Called on the sleeper's thread. Must neither block nor throw.</param>
internal sealed class NestedSleeper(INestablePoller poller, Action wake) : ISleeper
{
    private SharedSleeper? _sleeper;
    private ulong _token;
    private int _watched = -1;
    private int _watchedSet;
    private volatile bool _armed; // set by the loop, cleared by the sleeper's thread

    /// <inheritdoc/>
    /// <remarks>
    /// Why no readiness is lost when it is armed still. The loop says that it sleeps, fences, and then reads _armed here;
    /// the sleeper's thread clears _armed, fences, and then asks whether the loop sleeps. Either the loop sees that the one
    /// shot is spent, and arms it again, or the sleeper's thread sees the loop asleep, and wakes it.
    /// </remarks>
    // Modelled in tests/models: hosted, sleeper.
    public void Arm()
    {
        // First: a sleeper that gives up tells its members, and then must not be taken for one that still watches.
        if (_sleeper is { IsOver: true })
            Forget();
        if (_armed && _watchedSet == poller.SetVersion)
            return;
        int errno = Watch();
        if (errno == Errno.Ok)
            return;
        // EBADF: closed. EINVAL: another file has the number. Whichever descriptor is the bad one, the sleeper's or the poller's: if it was
        // the sleeper's, another one will do. After other failures, such as ENOMEM, the sleeper is as good as before, also for the others,
        // and giving it up would leave its descriptor open.
        if (errno is Errno.EBADF or Errno.EINVAL)
        {
            _sleeper!.GiveUp();
            Forget();
        }
        errno = Watch();
        if (errno == Errno.Ok)
            return;
        _armed = false;
        throw Errno.Failure("Watching a loop's poller", _watched, errno);
    }

    private int Watch()
    {
        if (_sleeper is null)
            (_sleeper, _token) = SharedSleeper.Join(this, poller);
        _watched = poller.SetDescriptor;
        _watchedSet = poller.SetVersion;
        _armed = true; // before the call, which may find it ready at once
        return _sleeper.Watch(_watched, _token);
    }

    private void Forget()
    {
        _sleeper = null;
        _armed = false;
    }

    // Modelled in tests/models: sleeper.
    public void Leave()
    {
        if (_sleeper is null)
            return;
        // The number of a set that was replaced may be another loop's by now.
        _sleeper.Leave(_token, _watchedSet == poller.SetVersion ? _watched : -1);
        Forget();
    }

    /// <summary>The descriptor is ready, and no longer watched. The sleeper's thread.</summary>
    // Modelled in tests/models: hosted, sleeper.
    internal void OnReady()
    {
        _armed = false;
        Interlocked.MemoryBarrier(); // see Arm
        wake();
    }
}
