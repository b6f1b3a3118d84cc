using IOLoops.Conformance;
using IOLoops.Tests.Hosting;
using Shouldly;

namespace IOLoops.Tests.Stress;

/// <summary>A hosted loop that reads pipes, and that keeps books on what it was given and what became of it.</summary>
internal sealed class StressedLoop : IDisposable
{
    internal const int Pipes = 3;

    private const int MostUnread = 1000;

    private readonly CollectingLoggerFactory _log = new();
    private readonly Func<bool> _isRightThread;
    private readonly Pipe[] _pipes = [.. Enumerable.Range(0, Pipes).Select(_ => new Pipe())];
    private long _accepted;
    private long _ran;
    private long _written;
    private long _read;
    private long _timeouts;
    private int _inside;
    private int _wrong;

    internal StressedLoop(ILoopHost host, PollerKind poller, Func<bool>? isRightThread = null)
    {
        _isRightThread = isRightThread ?? (() => true);
        Loop = new HostedIOLoop(host, new HostedIOLoopOptions { Poller = poller, LoggerFactory = _log });
        foreach (var pipe in _pipes)
            Add(pipe);
    }

    internal HostedIOLoop Loop { get; }

    internal long Accepted => Interlocked.Read(ref _accepted);

    internal bool IsQuiet => Interlocked.Read(ref _read) == Interlocked.Read(ref _written)
        && Interlocked.Read(ref _ran) == Interlocked.Read(ref _accepted) && Interlocked.Read(ref _timeouts) == 0;

    internal string State =>
        $"accepted {_accepted}, ran {_ran}, written {_written}, read {_read}, timeouts {_timeouts}, running {Loop.IsRunning}";

    /// <summary>Adds callbacks, some of which set a timeout. Any thread.</summary>
    internal void Post(Random random)
    {
        bool timed = random.Next(10) == 0;
        if (Loop.TryAddCallback(timed ? OnTimedCallback : OnCallback))
            Interlocked.Increment(ref _accepted);
    }

    /// <summary>Writes a byte, unless many are unread. Any thread.</summary>
    internal void Write(Random random)
    {
        if (Interlocked.Read(ref _written) - Interlocked.Read(ref _read) > MostUnread)
            return;
        Interlocked.Increment(ref _written);
        _pipes[random.Next(Pipes)].Send();
    }

    /// <summary>Takes a handler away and sets it again. Any thread but the loop's, one at a time.</summary>
    internal async Task Replace(int number)
    {
        await Loop.RemoveHandlerAsync(_pipes[number].ReadEnd).ConfigureAwait(false);
        await Loop.InvokeAsync(() => Add(_pipes[number])).ConfigureAwait(false);
    }

    internal void StopAndWait(string context)
    {
        Loop.Stop();
        SpinWait.SpinUntil(() => !Loop.IsRunning, LoopThread.Patience).ShouldBeTrue($"not stopped: {State}; {context}");
    }

    /// <summary>Closes the loop and looks into the books.</summary>
    internal void Close(string context)
    {
        Loop.Close();
        long dropped = _log.Entries.Where(entry => entry.Message.Contains("never ran", StringComparison.Ordinal))
            .Sum(entry => long.Parse(entry.Message.Split("closed: ")[1].Split(' ')[0]));
        // What InvokeAsync has queued is among what was dropped.
        (_ran + dropped).ShouldBeInRange(_accepted, _accepted + Pipes, $"{State}, dropped {dropped}; {context}");
        _wrong.ShouldBe(0, $"a handler ran on a wrong thread or beside another; {context}");
        _log.Entries.Count(entry => entry.Message.Contains("has stopped", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(1, context);
    }

    public void Dispose()
    {
        foreach (var pipe in _pipes)
            pipe.Dispose();
        _log.Dispose();
    }

    private void Add(Pipe pipe) => Loop.AddHandler(
        pipe.ReadEnd,
        (_, _) =>
        {
            Enter();
            Interlocked.Add(ref _read, pipe.Drain());
            Leave();
        },
        IOEvents.Read);

    private void OnCallback()
    {
        Enter();
        Interlocked.Increment(ref _ran);
        Leave();
    }

    private void OnTimedCallback()
    {
        Interlocked.Increment(ref _timeouts);
        Loop.CallLater(TimeSpan.FromMilliseconds(_ran % 3), () =>
        {
            Enter();
            Interlocked.Decrement(ref _timeouts);
            Leave();
        });
        OnCallback();
    }

    private void Enter()
    {
        if (Interlocked.Exchange(ref _inside, 1) != 0 || !_isRightThread())
            Interlocked.Increment(ref _wrong);
    }

    private void Leave() => Volatile.Write(ref _inside, 0);
}
