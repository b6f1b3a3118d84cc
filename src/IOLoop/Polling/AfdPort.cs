using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>A completion port of a loop's own: of every native loop, and of hosted ones where a port's handle can be waited for.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class AfdPort : IAfdPort
{
    private const nuint PollKey = 0;
    private const nuint WakeKey = 1;
    private const nuint TimerKey = 2;

    private readonly SafeKernelHandle _port = CompletionPort.Open();
    private readonly AfdDevices _devices;
    private PortTimer? _timer; // made for the first wait that has an end
    private bool _hasNoTimer;
    private CompletionEntry* _entries;
    private int _capacity;
    private int _isWoken; // a packet is posted that was not taken; interlocked

    internal AfdPort() => _devices = new AfdDevices(_port, PollKey);

    public int Judge(int number) => AfdDevices.Judge(number);

    public int Find(int number, out nint socket) => AfdDevices.Find(number, out socket);

    public void Grow(Stack<nint> polls) => _devices.Grow(polls);

    public int Arm(AfdPoll* poll, nint socket, uint events) => _devices.Arm(poll, socket, events);

    public void Cancel(AfdPoll* poll) => _devices.Cancel(poll);

    // Modelled in tests/models: afd.
    public int Wait(Span<nint> polls, long ticks, out bool woken)
    {
        if (_capacity < polls.Length)
            Reserve(polls.Length);
        uint milliseconds = ticks > 0 ? Limit(ticks) : ticks == 0 ? 0 : CompletionPort.NoLimit;
        int count = CompletionPort.Take(_port, _entries, polls.Length, milliseconds);
        woken = false;
        int kept = 0;
        for (var entry = _entries; entry < _entries + count; entry++)
        {
            if (entry->Key == PollKey)
                polls[kept++] = entry->Poll;
            else if (entry->Key == TimerKey)
                _timer?.OnTaken();
            else
                woken = true;
        }
        // A full fence: who finds the packet not taken yet has given its reason before this, and the loop looks for reasons behind it.
        if (woken)
            Interlocked.Exchange(ref _isWoken, 0);
        return kept;
    }

    /// <inheritdoc/>
    /// <remarks>Many wake-ups are one packet. The fence of the exchange is before the packet, and behind the caller's reason.</remarks>
    // Modelled in tests/models: afd.
    public void Wake()
    {
        if (Interlocked.Exchange(ref _isWoken, 1) != 0)
            return;
        try
        {
            CompletionPort.Post(_port, WakeKey);
        }
        catch (IOException)
        {
            Interlocked.Exchange(ref _isWoken, 0); // the next one tries again
            throw;
        }
    }

    public ISleeper CreateSleeper(Func<bool> prepare, Action wake) => new PortSleeper(this, _port, prepare, wake);

    public void Dispose() => Close(free: true);

    public void Abandon() => Close(free: false);

    private uint Limit(long ticks)
    {
        if (_timer is null && !_hasNoTimer)
        {
            _timer = PortTimer.TryCreate(_port, TimerKey);
            _hasNoTimer = _timer is null;
        }
        return _timer?.Arm(ticks) ?? (uint)Milliseconds.RoundUp(ticks);
    }

    private void Close(bool free)
    {
        _timer?.Dispose();
        _devices.Close(free);
        _port.Dispose();
        NativeMemory.Free(_entries);
        _entries = null;
        _capacity = 0;
    }

    private void Reserve(int capacity)
    {
        _entries = (CompletionEntry*)NativeMemory.Realloc(_entries, (nuint)(capacity * sizeof(CompletionEntry)));
        _capacity = capacity;
    }
}
