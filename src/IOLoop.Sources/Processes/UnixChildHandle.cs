using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Processes;

/// <summary>
/// A child of this process: signals it and reaps it, with one lock around both, so that no signal hits a process that has reused its
/// number. Any thread.
/// </summary>
/// <param name="id">Its number.</param>
/// <param name="notice">Tells when it has ended.</param>
/// <param name="leadsGroup">Whether it leads a process group, which is stopped with it.</param>
/// <param name="groups">Where its group cannot be signalled by a pidfd.</param>
internal sealed class UnixChildHandle(int id, ExitNotice notice, bool leadsGroup, GroupSignals groups) : ChildHandle, IFileObject
{
    private readonly Lock _gate = new(); // guards what follows
    private ExitStatus _status;
    private IOException? _failure;
    private bool _isEnded;   // how it ended is known, or is known to be lost
    private bool _isReaped;  // its number is the system's again
    private bool _isReleased; // nothing will be signalled any more
    private bool _isWatched = true;

    internal override int Id => id;

    /// <summary>Whether it leads a process group, which is stopped with it.</summary>
    internal override bool LeadsGroup => leadsGroup;

    /// <summary>Becomes readable when it has ended.</summary>
    public nint Descriptor => notice.Descriptor;

    internal override async ValueTask WaitAsync(IOLoop loop) =>
        await loop.WaitAsync(FileDescriptor.From(this), IOEvents.Read).ConfigureAwait(false);

    internal override void Block() => ChildWait.Block(id);

    /// <summary>A loop that closes all descriptors leaves this one open: the child is still to be reaped.</summary>
    void IFileObject.Close()
    {
    }

    /// <summary>How it ended; the failure, where that is lost. After <see cref="TryEnd"/>.</summary>
    internal override (ExitStatus Status, IOException? Failure) Outcome
    {
        get
        {
            lock (_gate)
                return (_status, _failure);
        }
    }

    internal override bool IsEnded
    {
        get
        {
            lock (_gate)
                return _isEnded;
        }
    }

    /// <summary>Reaps it when it has ended.</summary>
    /// <param name="forGroup">Whether its group will get another signal: where that cannot be sent without its number, it stays a zombie until <see cref="Release"/>.</param>
    /// <returns>Whether it has ended.</returns>
    internal override bool TryEnd(bool forGroup)
    {
        lock (_gate)
        {
            if (_isEnded)
                return true;
            bool keep = forGroup && notice.Send(0, toGroup: true) == Errno.ENOSYS;
            int errno = ChildWait.Ask(id, keep, out _status);
            if (errno == Errno.EAGAIN)
                return false;
            _isEnded = true;
            _isReaped = !keep || errno != Errno.Ok;
            if (errno != Errno.Ok)
                _failure = Lost(errno);
            return true;
        }
    }

    /// <summary>Sends a signal to the process; nothing happens when it has ended.</summary>
    /// <returns>An errno that the caller is to know of.</returns>
    internal override int Signal(int signal)
    {
        lock (_gate)
        {
            if (_isEnded)
                return Errno.Ok;
            int errno = notice.Send(signal, toGroup: false);
            if (errno == Errno.ENOSYS)
                errno = Libc.kill(id, signal) < 0 ? Errno.Last : Errno.Ok;
            return errno == Errno.ESRCH ? Errno.Ok : errno; // another has reaped it
        }
    }

    /// <summary>Sends a signal to all that is to be stopped: the group that it leads, or the process.</summary>
    /// <returns>Zero: a process got it. ESRCH: none is left. Otherwise why none did.</returns>
    internal override int SignalAll(int signal)
    {
        lock (_gate)
        {
            if (_isReleased)
                return Errno.ESRCH;
            if (!leadsGroup)
                return _isEnded ? Errno.ESRCH : Signal(signal);
            int errno = notice.Send(signal, toGroup: true);
            if (errno == Errno.ENOSYS)
                errno = SignalGroup(signal);
            return errno;
        }
    }

    /// <summary>By a pidfd the kernel tells: then its number may be another's by now, and /proc knows nothing of it.</summary>
    internal override bool HasOthers()
    {
        if (!leadsGroup)
            return false;
        int errno;
        lock (_gate)
            errno = _isReleased ? Errno.ESRCH : notice.Send(0, toGroup: true); // 0 is no signal
        return errno == Errno.ENOSYS ? ProcessGroup.HasOthers(id) : errno != Errno.ESRCH;
    }

    /// <summary>Nothing will be signalled any more: gives back the number. After <see cref="TryEnd"/>.</summary>
    internal override void Release()
    {
        lock (_gate)
        {
            if (_isReleased)
                return;
            _isReleased = true;
            if (!_isReaped)
                _ = ChildWait.Ask(id, keep: false, out _);
            _isReaped = true;
            CloseWhenUnused();
        }
    }

    /// <summary>No loop waits for its end any more.</summary>
    internal override void EndWatch()
    {
        lock (_gate)
        {
            if (!_isWatched)
                return;
            _isWatched = false;
            CloseWhenUnused();
        }
    }

    /// <summary>A loop would never report the end of a wait for a descriptor that was closed. The child may have been reaped before the loop learns of its end.</summary>
    private void CloseWhenUnused()
    {
        if (_isReleased && !_isWatched)
            notice.Dispose();
    }

    /// <summary>By its number, which is the group's as long as nobody has reaped it.</summary>
    private int SignalGroup(int signal)
    {
        if (_isReaped)
            return Errno.ESRCH;
        int state = ChildWait.Ask(id, keep: true, out _);
        return state == Errno.ECHILD ? Errno.ESRCH : groups.Send(id, signal, isLeaderZombie: state == Errno.Ok);
    }

    private IOException Lost(int errno) => new(
        $"Process {id} has ended, but how it ended is lost, because other code reaped it ({Errno.Describe(errno)}). "
        + "This program was probably started with SIGCHLD ignored, or calls wait for all children. Start it with SIGCHLD at its default.",
        errno);
}
