using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>The life of a poll: from dirty to armed, completed and reported.</summary>
internal sealed unsafe partial class AfdPoller
{
    private AfdRegistration Add()
    {
        var registration = new AfdRegistration(_all.Count);
        _all.Add(registration);
        return registration;
    }

    // Modelled in tests/models: afd.
    private void Drop(AfdRegistration registration)
    {
        _registrations.Remove(registration.Number);
        if (registration.State == AfdState.Armed)
            LeavePoll(registration);
        registration.State = AfdState.Idle;
        if (registration.Poll is not null)
            _blocks.Push((nint)registration.Poll);
        registration.Poll = null;
        _spare.Push(registration);
    }

    /// <summary>Gives up a poll that is under way. Its block is free when its completion was taken.</summary>
    // Modelled in tests/models: afd.
    private void LeavePoll(AfdRegistration registration)
    {
        registration.Poll->Owner = Nobody;
        _port.Cancel(registration.Poll);
        registration.Poll = null;
        registration.State = AfdState.Idle;
    }

    // Modelled in tests/models: afd.
    private void MakeDirty(AfdRegistration registration)
    {
        registration.State = AfdState.Dirty;
        if (registration.IsListed)
            return;
        registration.IsListed = true;
        _dirty.Add(registration);
    }

    /// <summary>Arms what is dirty, which those in the list need not be any more.</summary>
    // Modelled in tests/models: afd.
    private void Flush()
    {
        int armed = 0;
        try
        {
            for (; armed < _dirty.Count; armed++)
            {
                var registration = _dirty[armed];
                if (registration.State == AfdState.Dirty)
                    Arm(registration);
                registration.IsListed = false;
            }
        }
        finally
        {
            _dirty.RemoveRange(0, armed); // all of them, unless one has failed: that one is tried again
        }
    }

    // Modelled in tests/models: afd.
    private void Arm(AfdRegistration registration)
    {
        if (registration.Poll is null)
        {
            if (_blocks.Count == 0)
                _port.Grow(_blocks);
            registration.Poll = (AfdPoll*)_blocks.Pop();
        }
        registration.Poll->Owner = registration.Index;
        registration.Asked = AfdInterest.Request(registration.Wanted);
        registration.IsStale = false;
        int errno = _port.Arm(registration.Poll, registration.Socket, registration.Asked);
        if (errno == Errno.Ok)
        {
            registration.State = AfdState.Armed;
            _underWay++;
        }
        else if (errno is Errno.EBADF or Errno.ENOTSOCK)
        {
            Drop(registration); // closed since its last report
        }
        else
        {
            throw Errno.Failure("Polling", registration.Number, errno);
        }
    }

    /// <summary>Takes completions from the port.</summary>
    /// <returns>How many.</returns>
    // Modelled in tests/models: afd.
    private int Take(int room, long ticks)
    {
        if (_polls.Length < room)
            _polls = new nint[room];
        int taken = _port.Wait(_polls.AsSpan(0, room), ticks, out bool woken);
        _woken |= woken;
        foreach (nint poll in _polls.AsSpan(0, taken))
            Complete((AfdPoll*)poll);
        return taken;
    }

    // Modelled in tests/models: afd.
    private void Complete(AfdPoll* poll)
    {
        _underWay--;
        if (poll->Owner < 0)
        {
            _blocks.Push((nint)poll);
            return;
        }
        var registration = _all[poll->Owner];
        registration.State = AfdState.Idle;
        int status = (int)poll->Status;
        // First: a poll that was cancelled may carry the events that it has asked for.
        uint found = status == NtStatus.Cancelled || poll->Count == 0 ? 0
            : status < 0 ? AfdPoll.Abort // the next call on the socket meets the error
            : poll->Events;
        if ((found & AfdPoll.LocalClose) != 0)
        {
            Drop(registration);
        }
        else if (registration.IsSuspended)
        {
            // Until it is modified.
        }
        else if (found == 0 || registration.IsStale)
        {
            MakeDirty(registration); // cancelled by the system: the thread that began it has ended
        }
        else
        {
            registration.Found = found;
            registration.State = AfdState.Completed;
            _completed.Enqueue(registration);
        }
    }

    /// <summary>Puts what has completed into a batch, oldest first, and has it polled again in the next wait.</summary>
    // Modelled in tests/models: afd.
    private int Report(Span<ReadyEvent> ready)
    {
        int kept = 0;
        while (kept < ready.Length && _completed.TryDequeue(out var registration))
        {
            if (registration.State != AfdState.Completed)
                continue; // changed or removed since
            var events = AfdInterest.Translate(registration.Found, registration.Wanted);
            if (events != IOEvents.None)
                ready[kept++] = new ReadyEvent(registration.Token, events);
            MakeDirty(registration);
        }
        return kept;
    }
}
