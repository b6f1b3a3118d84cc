using System.Runtime.ExceptionServices;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>What tests of loops need: a loop, bounded runs of it, turns that can be counted, and descriptors.</summary>
public abstract class LoopHarness : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();
    private readonly List<IOLoop> _loops = [];
    private readonly Dictionary<int, Action> _atTurn = [];
    private readonly Lock _gate = new();
    private IOLoop? _loop;
    private volatile Guard? _guard; // of the run that is under way

    /// <summary>Skips the test when the system has no such loop, or when the fixture names it among its exceptions.</summary>
    protected LoopHarness(LoopFixture fixture)
    {
        ArgumentNullException.ThrowIfNull(fixture);
        Fixture = fixture;
        if (fixture.Unsupported is { } unsupported)
            Skip(unsupported);
        if (TestContext.Current.TestMethod is { MethodName: { } test } && fixture.ExceptionFor(test) is { } reason)
            Skip(reason);
    }

    /// <summary>How long a run may take before it counts as stuck.</summary>
    protected static TimeSpan Patience => TimeSpan.FromSeconds(10);

    /// <summary>An instant; long enough to let the kernel be asked for it, short enough for a test.</summary>
    protected static TimeSpan Moment => TimeSpan.FromMilliseconds(5);

    protected LoopFixture Fixture { get; }

    /// <summary>The fixture, for runners that ask which tests are its exceptions.</summary>
    public LoopFixture Tested => Fixture;

    protected CollectingLoggerFactory Log { get; } = new();

    protected FailureCollector Failures { get; } = new();

    /// <summary>The loop under test, made when first asked for, on whichever thread.</summary>
    protected IOLoop Loop
    {
        get
        {
            if (Volatile.Read(ref _loop) is { } loop)
                return loop;
            lock (_gate)
                return _loop ??= NewLoop();
        }
    }

    /// <summary>Which turn of <see cref="RunTurns"/> this is, from 1.</summary>
    protected int Turn { get; private set; }

    protected IOLoop NewLoop(IOLoopOptions? options = null)
    {
        options ??= new IOLoopOptions();
        options.LoggerFactory ??= Log;
        return Watched(Fixture.Create(options));
    }

    protected TLoop Watched<TLoop>(TLoop loop)
        where TLoop : IOLoop
    {
        ArgumentNullException.ThrowIfNull(loop);
        loop.CallbackException += Failures.Record;
        _loops.Add(loop);
        return loop;
    }

    protected void UseLoop(IOLoop loop) => _loop = loop;

    protected T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Push(resource);
        return resource;
    }

    protected Pipe NewPipe() => Own(new Pipe());

    protected EventFd NewEventFd(bool signalled = false)
    {
        var counter = Own(new EventFd());
        if (signalled)
            counter.Signal();
        return counter;
    }

    protected SocketPair NewSocketPair() => Own(new SocketPair());

    /// <summary>Runs the loop until it is stopped; fails when that takes too long, naming what was awaited.</summary>
    protected void Run(string awaited) => Guarded(Loop, awaited, () => Fixture.Run(Loop));

    protected void Run(IOLoop loop, string awaited) => Guarded(loop, awaited, () => Fixture.Run(loop));

    protected void Guarded(string awaited, Action run) => Guarded(Loop, awaited, run);

    protected void Guarded(IOLoop loop, string awaited, Action run)
    {
        ArgumentNullException.ThrowIfNull(run);
        ExceptionDispatchInfo? thrown = null;
        using var guard = new Guard(loop, $"{Fixture.Name}: {awaited}", Patience);
        var outer = _guard;
        _guard = guard;
        try
        {
            run();
        }
        catch (Exception exception)
        {
            thrown = ExceptionDispatchInfo.Capture(exception);
        }
        _guard = outer;
        Failures.ThrowUnexpected();
        guard.Finish();
        thrown?.Throw();
    }

    /// <summary>
    /// For a run of many rounds, after each: it is <see cref="Patience"/> without progress that counts as stuck. Any thread.
    /// </summary>
    protected void NoteProgress() => _guard?.NoteProgress();

    /// <summary>Runs a body in one callback of the loop.</summary>
    protected void InLoop(Action body)
    {
        ExceptionDispatchInfo? thrown = null;
        Loop.AddCallback(() =>
        {
            try
            {
                body();
            }
            catch (Exception exception)
            {
                thrown = ExceptionDispatchInfo.Capture(exception);
            }
            finally
            {
                Loop.Stop();
            }
        });
        Run("a callback");
        thrown?.Throw();
    }

    /// <summary>Runs a body that awaits things on the loop.</summary>
    protected void InLoop(string awaited, Func<Task> body)
    {
        ExceptionDispatchInfo? thrown = null;
        Loop.AddCallback(async () =>
        {
            try
            {
                await body();
            }
            catch (Exception exception)
            {
                thrown = ExceptionDispatchInfo.Capture(exception);
            }
            finally
            {
                Loop.Stop();
            }
        });
        Run(awaited);
        thrown?.Throw();
    }

    /// <summary>What <see cref="RunTurns"/> does among the callbacks of a turn.</summary>
    protected void At(int turn, Action action) => _atTurn.Add(turn, action);

    /// <summary>Runs that many whole turns: callbacks, timeouts, poll and handlers.</summary>
    protected void RunTurns(int count)
    {
        Turn = 0;
        void Tick()
        {
            Turn++;
            if (Turn > count)
                Loop.Stop();
            else
                Loop.AddCallback(Tick);
            if (_atTurn.Remove(Turn, out var action))
                action();
        }
        Loop.AddCallback(Tick);
        Run($"{count} turns");
    }

    /// <summary>Calls back when that many turns have begun after this one.</summary>
    protected void AfterTurns(int count, Action then)
    {
        if (count == 0)
            then();
        else
            Loop.AddCallback(() => AfterTurns(count - 1, then));
    }

    protected Task Turns(int count)
    {
        var passed = new TaskCompletionSource();
        AfterTurns(count, passed.SetResult);
        return passed.Task;
    }

    protected static Task Within(Task task) => task.WaitAsync(Patience);

    protected static Task<T> Within<T>(Task<T> task) => task.WaitAsync(Patience);

    protected void Skip(string reason) => Assert.Skip($"{Fixture.Name}: {reason}");

    protected void SkipUnless(bool condition, string reason) => Assert.SkipUnless(condition, $"{Fixture.Name}: {reason}");

    /// <summary>Closes the loops, then the descriptors.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the loops, then the descriptors.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        foreach (var loop in _loops)
        {
            if (!loop.IsRunning)
                loop.Close();
        }
        while (_owned.TryPop(out var resource))
            resource.Dispose();
        Fixture.Dispose();
        Log.Dispose();
        IOLoop.ClearCurrent();
    }
}
