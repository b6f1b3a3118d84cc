using System.Runtime.InteropServices;
using IOLoops.Interop;
using IOLoops.Polling;

namespace IOLoops.Tests.Polling;

/// <summary>
/// An AFD driver and a completion port made of poll(2), so that what is decided above the system calls runs where there are none: polls
/// of one file each that complete once, also when they are cancelled or their file is closed. It finds out in each wait, and when it is
/// asked to.
/// </summary>
internal sealed unsafe class PollAfdPort : IAfdPort
{
    private const int BlocksAtOnce = 4;

    private readonly List<Request> _requests = [];
    private readonly Queue<nint> _completed = [];
    private readonly EventFdWaker _waker = new();
    private readonly List<nint> _blocks = [];
    private UnixPollDescriptor[] _set = new UnixPollDescriptor[8];

    /// <summary>How many polls were begun.</summary>
    internal int Arms { get; private set; }

    internal int Cancellations { get; private set; }

    /// <summary>What the driver refuses to poll: the errno of a request, before anything else is asked.</summary>
    internal Func<nint, int> Refuses { get; set; } = static _ => Errno.Ok;

    /// <summary>Polls that are the system's.</summary>
    internal int UnderWay => _requests.Count + _completed.Count;

    internal int Blocks => _blocks.Count * BlocksAtOnce;

    internal bool IsAbandoned { get; private set; }

    /// <summary>Cancelled polls do not complete any more.</summary>
    internal bool Hangs { get; set; }

    public int Find(int number, out nint socket)
    {
        socket = number;
        return Judge(number);
    }

    public int Judge(int number)
    {
        if (FileIdentity.Of(number, out _) is not Errno.Ok and var errno)
            return errno;
        string target = new FileInfo($"/proc/self/fd/{number}").LinkTarget ?? "";
        return target.StartsWith('/') && !target.StartsWith("/dev/pts", StringComparison.Ordinal) ? Errno.EPERM : Errno.Ok;
    }

    public void Grow(Stack<nint> polls)
    {
        var blocks = (AfdPoll*)NativeMemory.AllocZeroed(BlocksAtOnce, (nuint)sizeof(AfdPoll));
        _blocks.Add((nint)blocks);
        for (int i = 0; i < BlocksAtOnce; i++)
            polls.Push((nint)(blocks + i));
    }

    public int Arm(AfdPoll* poll, nint socket, uint events)
    {
        if (_requests.Exists(request => request.Poll == (nint)poll) || _completed.Contains((nint)poll))
            throw new InvalidOperationException("The block is still the system's.");
        if (Refuses(socket) is not Errno.Ok and var refusal)
            return refusal;
        if (FileIdentity.Of((int)socket, out var identity) is not Errno.Ok and var errno)
            return errno;
        Arms++;
        poll->Status = NtStatus.Pending;
        poll->Count = 1;
        poll->Socket = socket;
        poll->Events = events;
        _requests.Add(new Request((nint)poll, (int)socket, identity));
        CompleteReady(_requests.Count - 1, 0);
        return Errno.Ok;
    }

    public void Cancel(AfdPoll* poll)
    {
        Cancellations++;
        int place = _requests.FindIndex(request => request.Poll == (nint)poll);
        if (place >= 0 && !Hangs)
            Complete(place, poll->Events, NtStatus.Cancelled); // with the events asked for, as Windows does
    }

    public int Wait(Span<nint> polls, long ticks, out bool woken)
    {
        woken = CompleteReady(0, _completed.Count > 0 ? 0 : ticks, isWait: true);
        int count = 0;
        while (count < polls.Length && _completed.TryDequeue(out nint poll))
            polls[count++] = poll;
        return count;
    }

    public void Wake() => _waker.Wake();

    public ISleeper CreateSleeper(Func<bool> prepare, Action wake) => throw new NotSupportedException();

    /// <summary>The system finds out what is ready now, while no thread waits.</summary>
    internal void Look()
    {
        CompleteReady(0, 0);
    }

    /// <summary>The system cancels all, as it does when a thread ends.</summary>
    internal void CancelAll()
    {
        while (_requests.Count > 0)
            Complete(0, ((AfdPoll*)_requests[0].Poll)->Events, NtStatus.Cancelled);
    }

    /// <summary>A poll fails.</summary>
    internal void Fail(int status) => Complete(0, 0, status);

    public void Dispose()
    {
        _waker.Dispose();
        foreach (nint blocks in _blocks)
            NativeMemory.Free((void*)blocks);
        _blocks.Clear();
    }

    public void Abandon() => IsAbandoned = true;

    /// <summary>Waits for the requests from a place on, and completes those that are ready.</summary>
    /// <returns>Whether a wake has come.</returns>
    private bool CompleteReady(int first, long ticks, bool isWait = false)
    {
        int count = _requests.Count - first;
        if (_set.Length <= count)
            Array.Resize(ref _set, count * 2);
        _set[0] = UnixPollDescriptor.Watching(_waker.Descriptor, IOEvents.Read);
        for (int i = 0; i < count; i++)
        {
            var request = _requests[first + i];
            _set[i + 1] = UnixPollDescriptor.Watching(request.Number, ToPoll(((AfdPoll*)request.Poll)->Events));
        }
        fixed (UnixPollDescriptor* start = _set)
        {
            if (UnixPollDescriptor.Wait(start, count + 1, ticks) < 0)
                return false; // a signal
        }
        for (int i = count; i > 0; i--)
        {
            var request = _requests[first + i - 1];
            uint asked = ((AfdPoll*)request.Poll)->Events;
            uint found = FileIdentity.Of(request.Number, out var now) != Errno.Ok || now != request.Identity ? AfdPoll.LocalClose : ToAfd(_set[i]) & asked;
            if (found != 0)
                Complete(first + i - 1, found, NtStatus.Success);
        }
        if (!isWait || !_set[0].IsReported)
            return false;
        _waker.Drain();
        return true;
    }

    private void Complete(int place, uint events, int status)
    {
        var poll = (AfdPoll*)_requests[place].Poll;
        _requests.RemoveAt(place);
        poll->Status = status;
        poll->Events = events;
        _completed.Enqueue((nint)poll);
    }

    private static IOEvents ToPoll(uint asked)
    {
        var events = IOEvents.ReadHangUp;
        if ((asked & AfdPoll.Receive) != 0)
            events |= IOEvents.Read;
        if ((asked & AfdPoll.Expedited) != 0)
            events |= IOEvents.Priority;
        if ((asked & AfdPoll.Send) != 0)
            events |= IOEvents.Write;
        return events;
    }

    private static uint ToAfd(in UnixPollDescriptor place)
    {
        var events = place.IsReported ? place.Reported : IOEvents.None;
        uint found = 0;
        if ((events & IOEvents.Read) != 0)
            found |= AfdPoll.Receive;
        if ((events & IOEvents.Priority) != 0)
            found |= AfdPoll.Expedited;
        if ((events & IOEvents.Write) != 0)
            found |= AfdPoll.Send;
        if ((events & IOEvents.ReadHangUp) != 0)
            found |= AfdPoll.Disconnect;
        return (events & IOEvents.Error) != 0 ? found | AfdPoll.Abort : found;
    }

    private readonly record struct Request(nint Poll, int Number, FileIdentity Identity);
}
