using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>A hosted loop's share of the <see cref="SharedPort"/>: it takes its completions from an inbox.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class SharedAfdPort : IAfdPort
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(24); // what a monitor takes
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly PortInbox _inbox = new();
    private readonly SharedPort _port;
    private readonly nuint _key;
    private readonly AfdDevices _devices;
    private bool _isUsed; // a poll was begun

    internal SharedAfdPort()
    {
        (_port, _key) = SharedPort.Join(_inbox);
        _devices = new AfdDevices(_port.Handle, _key);
    }

    public int Judge(int number) => AfdDevices.Judge(number);

    public int Find(int number, out nint socket) => AfdDevices.Find(number, out socket);

    public void Grow(Stack<nint> polls) => _devices.Grow(polls);

    public int Arm(AfdPoll* poll, nint socket, uint events)
    {
        _isUsed = true;
        return _devices.Arm(poll, socket, events);
    }

    public void Cancel(AfdPoll* poll) => _devices.Cancel(poll);

    /// <inheritdoc/>
    /// <remarks>
    /// A turn is to find what is ready before it, though the packets of that may not have been taken yet: a packet that comes behind them
    /// tells that they were. The port's thread may be held up by a host whose post blocks, so that is waited for for a short time only;
    /// what comes late wakes the loop.
    /// </remarks>
    public int Wait(Span<nint> polls, long ticks, out bool woken)
    {
        if (ticks != 0)
        {
            _inbox.Await(ticks < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromTicks(Math.Min(ticks, LongestWait.Ticks)));
        }
        else if (_isUsed)
        {
            CompletionPort.Post(_port.Handle, _key, PortInbox.Marker);
            _inbox.ExpectMarker(); // behind the call: one that was not posted never comes
            _inbox.AwaitMarker(Patience);
        }
        return _inbox.Take(polls, out woken);
    }

    public void Wake() => CompletionPort.Post(_port.Handle, _key);

    public ISleeper CreateSleeper(Func<bool> prepare, Action wake) => new InboxSleeper(this, _inbox, prepare, wake);

    public void Dispose() => Close(free: true);

    public void Abandon() => Close(free: false);

    private void Close(bool free)
    {
        _devices.Close(free);
        _port.Leave(_key);
    }
}
