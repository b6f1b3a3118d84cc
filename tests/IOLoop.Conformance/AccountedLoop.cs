using Shouldly;

namespace IOLoops.Conformance;

/// <summary>For stress tests: a hosted loop that reads a pipe, and keeps books on what it was given and what became of it.</summary>
/// <typeparam name="TLoop">The kind of loop.</typeparam>
public sealed class AccountedLoop<TLoop> : IDisposable
    where TLoop : HostedIOLoop
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int MostUnread = 1000;

    private readonly CollectingLoggerFactory _log = new();
    private readonly Pipe _pipe = new();
    private long _accepted;
    private long _ran;
    private long _written;
    private long _read;
    private long _timeouts;
    private int _inside;
    private int _overlaps;

    /// <summary>Makes a loop that does not run yet, whose log tells what was dropped.</summary>
    public AccountedLoop(Func<HostedIOLoopOptions, TLoop> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        Loop = create(new HostedIOLoopOptions { LoggerFactory = _log });
        Loop.AddHandler(_pipe.ReadEnd, (_, _) => Guarded(() => Interlocked.Add(ref _read, _pipe.Drain())), IOEvents.Read);
    }

    /// <summary>The loop.</summary>
    public TLoop Loop { get; }

    /// <summary>How many callbacks it has accepted.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Whether all that was accepted and written has been run and read.</summary>
    public bool IsQuiet => Interlocked.Read(ref _read) == Interlocked.Read(ref _written)
        && Interlocked.Read(ref _ran) == Interlocked.Read(ref _accepted) && Interlocked.Read(ref _timeouts) == 0;

    /// <summary>The books.</summary>
    public string State =>
        $"accepted {_accepted}, ran {_ran}, written {_written}, read {_read}, timeouts {_timeouts}, running {Loop.IsRunning}";

    /// <summary>Adds a callback, now and then one that adds a timeout.</summary>
    public void Post(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (Loop.TryAddCallback(random.Next(10) == 0 ? OnTimedCallback : OnCallback))
            Interlocked.Increment(ref _accepted);
    }

    /// <summary>Runs something in a turn, as one of the callbacks that are counted.</summary>
    public void RunInTurn(Action body)
    {
        ArgumentNullException.ThrowIfNull(body);
        bool isAccepted = Loop.TryAddCallback(() =>
        {
            body();
            OnCallback();
        });
        if (isAccepted)
            Interlocked.Increment(ref _accepted);
    }

    /// <summary>Writes to the pipe.</summary>
    public void Write()
    {
        if (Interlocked.Read(ref _written) - Interlocked.Read(ref _read) > MostUnread)
            return;
        Interlocked.Increment(ref _written);
        _pipe.Send();
    }

    /// <summary>Stops and closes the loop, and checks that the books balance.</summary>
    public void StopAndClose(string context)
    {
        Loop.Stop();
        SpinWait.SpinUntil(() => !Loop.IsRunning, Patience).ShouldBeTrue($"not stopped: {State}; {context}");
        Loop.Close();
        long dropped = _log.Entries.Where(entry => entry.Message.Contains("never ran", StringComparison.Ordinal))
            .Sum(entry => long.Parse(entry.Message.Split("closed: ")[1].Split(' ')[0]));
        (_ran + dropped).ShouldBe(_accepted, $"{State}, dropped {dropped}; {context}");
        _overlaps.ShouldBe(0, context);
        _log.Entries.Count(entry => entry.Message.Contains("has stopped", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(1, context);
    }

    /// <summary>Closes the pipe.</summary>
    public void Dispose()
    {
        _pipe.Dispose();
        _log.Dispose();
    }

    private void OnCallback() => Guarded(() => Interlocked.Increment(ref _ran));

    private void OnTimedCallback()
    {
        Interlocked.Increment(ref _timeouts);
        Loop.CallLater(TimeSpan.FromMilliseconds(_ran % 3), () => Guarded(() => Interlocked.Decrement(ref _timeouts)));
        OnCallback();
    }

    private void Guarded(Action body)
    {
        if (Interlocked.Exchange(ref _inside, 1) != 0)
            Interlocked.Increment(ref _overlaps);
        body();
        Volatile.Write(ref _inside, 0);
    }
}
