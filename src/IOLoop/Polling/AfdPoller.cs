using System.Diagnostics;
using System.Runtime.CompilerServices;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>
/// Windows: polls by the AFD driver, below Winsock, whose completions come by a completion port. The driver finds the ready
/// sockets; idle ones cost nothing. A poll reports once. It is level-triggered because what was reported is polled again in the next
/// wait, when its handler has read.
/// </summary>
/// <remarks>
/// <para>
/// A block is the system's from <see cref="Arm"/> until its completion was taken. What is removed or changed meanwhile leaves its poll
/// behind, cancelled and without an owner, and gets another block: so nothing has to wait for the cancellation.
/// </para>
/// <para>
/// A poll is an answer of the moment in which it completes. Code that modifies a registration may have read its socket, so what a poll
/// finds that began before is asked again.
/// </para>
/// <para>
/// Which socket a number stands for the driver tells when one is closed whose poll is under way; so a number that was closed and
/// opened again is another one, unless it was closed between the completion of its poll and the next wait.
/// </para>
/// </remarks>
internal sealed unsafe partial class AfdPoller : IPoller
{
    private const int Nobody = -1;

    private static readonly TimeSpan EndOfCancelled = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _patience;
    private readonly IAfdPort _port;
    private readonly Dictionary<int, AfdRegistration> _registrations = [];
    private readonly List<AfdRegistration> _all = [];            // by index, spare ones, too
    private readonly Stack<AfdRegistration> _spare = [];         // adding and removing handlers allocates nothing
    private readonly Stack<nint> _blocks = [];                   // that no poll uses
    private readonly List<AfdRegistration> _dirty = [];          // those that were dirty, each once
    private readonly Queue<AfdRegistration> _completed = [];     // those that had completed: each is looked at
    private nint[] _polls = new nint[64];
    private int _underWay; // blocks that are the system's
    private bool _woken;   // a wake was taken that no wait has ended for

    /// <param name="port">Owned.</param>
    /// <param name="patience">How long disposing waits for polls that were cancelled; null: as long as is reasonable.</param>
    internal AfdPoller(IAfdPort port, TimeSpan? patience = null)
    {
        _port = port;
        _patience = patience ?? EndOfCancelled;
        try
        {
            port.Grow(_blocks); // a system without the driver is to be met here, not in the middle of a run
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    public PollerKind Kind => PollerKind.Afd;

    public int Descriptor => -1;

    /// <summary>How many native blocks the system has, and how many are free. For tests.</summary>
    internal (int UnderWay, int Spare) Blocks => (_underWay, _blocks.Count);

    public ISleeper CreateSleeper(Action wake) => _port.CreateSleeper(PrepareSleep, wake);

    public bool Owns(int fd) => false;

    // Modelled in tests/models: afd.
    public int Register(int fd, ulong token, IOEvents events)
    {
        int errno = _port.Find(fd, out nint socket);
        if (errno != Errno.Ok)
            return errno;
        if (TryGet(fd, out _))
            return Errno.EEXIST;
        var registration = _spare.TryPop(out var spare) ? spare : Add();
        registration.Number = fd;
        registration.Token = token;
        registration.Socket = socket;
        registration.Wanted = events;
        registration.IsSuspended = false;
        _registrations.Add(fd, registration);
        MakeDirty(registration);
        return Errno.Ok;
    }

    // Modelled in tests/models: afd.
    public int Modify(int fd, ulong token, IOEvents events)
    {
        int errno = _port.Judge(fd);
        if (!TryGet(fd, out var registration))
            return errno != Errno.Ok ? errno : Errno.ENOENT;
        if (errno != Errno.Ok)
        {
            Drop(registration);
            return errno;
        }
        registration.Token = token;
        registration.Wanted = events;
        registration.IsSuspended = false;
        if (registration.State == AfdState.Armed)
        {
            registration.IsStale = true;
            if ((AfdInterest.Request(events) & ~registration.Asked) == 0)
                return Errno.Ok;
            LeavePoll(registration);
        }
        MakeDirty(registration);
        return Errno.Ok;
    }

    /// <summary>A poll that is under way is left alone: what it finds is swallowed.</summary>
    // Modelled in tests/models: afd.
    public int Suspend(int fd, ulong token)
    {
        if (!_registrations.TryGetValue(fd, out var registration))
            return Errno.ENOENT;
        registration.Token = token;
        registration.IsSuspended = true;
        if (registration.State != AfdState.Armed)
            registration.State = AfdState.Idle;
        return Errno.Ok;
    }

    // Modelled in tests/models: afd.
    public int Unregister(int fd)
    {
        if (!_registrations.TryGetValue(fd, out var registration))
            return Errno.ENOENT;
        Drop(registration);
        return Errno.Ok;
    }

    // Modelled in tests/models: afd.
    [MethodImpl(Jit.Hot)]
    public int Wait(Span<ReadyEvent> ready, long ticks)
    {
        long start = ticks > 0 ? Stopwatch.GetTimestamp() : 0;
        long left = ticks;
        while (true)
        {
            Flush();
            int taken = Take(ready.Length, _woken || _completed.Count > 0 ? 0 : left);
            int kept = Report(ready);
            if (kept > 0 || _woken)
            {
                _woken = false;
                return kept;
            }
            // What was taken may have been swallowed, and what is armed again instead be ready.
            if (left == 0 && taken == 0)
                return 0;
            if (left > 0)
                left = Math.Max(0, ticks - Stopwatch.GetElapsedTime(start).Ticks);
        }
    }

    public void Wake() => _port.Wake();

    /// <summary>There are no ghosts: a poll belongs to its registration.</summary>
    public void Rebuild(Span<PollerEntry> live)
    {
        foreach (ref var entry in live)
            entry.Errno = Modify(entry.Descriptor, entry.Token, entry.Events);
    }

    public void Dispose()
    {
        foreach (var registration in _registrations.Values)
        {
            if (registration.State == AfdState.Armed)
                LeavePoll(registration);
        }
        _registrations.Clear();
        _dirty.Clear();
        _completed.Clear();
        try
        {
            long start = Stopwatch.GetTimestamp();
            while (_underWay > 0 && Stopwatch.GetElapsedTime(start) is var waited && waited < _patience)
                Take(_polls.Length, (_patience - waited).Ticks);
        }
        catch (IOException)
        {
            // The port fails: what becomes of the polls cannot be known.
        }
        if (_underWay == 0)
            _port.Dispose();
        else
            _port.Abandon();
    }

    /// <summary>Arms what is to be watched. Called by the loop's thread, or by the owner of a hosted one.</summary>
    /// <returns>Whether something is known already that the port does not tell any more.</returns>
    private bool PrepareSleep()
    {
        Flush();
        return _woken || _completed.Count > 0;
    }

    /// <summary>The registration of a number. The driver tells of a socket that was closed; so it is asked before another one is taken for it.</summary>
    // Modelled in tests/models: afd.
    private bool TryGet(int fd, out AfdRegistration registration)
    {
        if (_registrations.TryGetValue(fd, out registration!) && registration.State != AfdState.Armed)
            return true;
        if (registration is null)
            return false;
        while (Take(_polls.Length, 0) == _polls.Length)
        {
        }
        return _registrations.TryGetValue(fd, out registration!);
    }
}
