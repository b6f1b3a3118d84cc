using System.Reactive.Concurrency;
using IOLoops.Conformance;
using Shouldly;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>What tests of loops on schedulers need: loops that end with the test, bounded waits, and what was logged.</summary>
public abstract class RxHarness : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();
    private readonly List<RxIOLoop> _loops = [];
    private readonly FailureCollector _failures = new();

    /// <summary>How long anything may take before it counts as stuck.</summary>
    protected static TimeSpan Patience => Bounded.Patience;

    protected CollectingLoggerFactory Log { get; } = new();

    protected T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Push(resource);
        return resource;
    }

    protected RxIOLoop NewLoop(IScheduler scheduler)
    {
        var loop = new RxIOLoop(scheduler, new HostedIOLoopOptions { LoggerFactory = Log });
        loop.CallbackException += _failures.Record;
        _loops.Add(loop);
        return loop;
    }

    protected Pipe NewPipe() => Own(new Pipe());

    protected ManualResetEventSlim NewEvent() => Own(new ManualResetEventSlim());

    protected static void Await(Task task, string what) => Bounded.Await(task, what);

    protected static void Await(ManualResetEventSlim happened, string what) => Bounded.Await(happened, what);

    /// <summary>For what no event tells.</summary>
    protected static void Until(Func<bool> condition, string what) => Bounded.Until(condition, what);

    /// <summary>Waits until a scheduler with one thread has run what was scheduled, and what that has scheduled.</summary>
    protected static void Settle(IScheduler scheduler)
    {
        for (int i = 0; i < 4; i++)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            scheduler.Schedule(() => done.SetResult());
            Await(done.Task, "the scheduler's own work");
        }
    }

    /// <summary>Keeps the scheduler's thread busy until this is set.</summary>
    protected ManualResetEventSlim Hold(IScheduler scheduler)
    {
        var release = NewEvent();
        var holding = NewEvent();
        scheduler.Schedule(() =>
        {
            holding.Set();
            release.Wait(Patience);
        });
        Await(holding, "the scheduler to be busy");
        return release;
    }

    protected void LossShouldBeLoggedOnce() =>
        Log.Entries.Count(entry => entry.Message.Contains("has stopped", StringComparison.Ordinal)).ShouldBe(1);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        foreach (var loop in _loops.Where(loop => loop.IsRunning))
        {
            loop.Stop();
            if (loop.Scheduler is HistoricalScheduler historical)
                historical.AdvanceBy(TimeSpan.FromMilliseconds(2));
            else if (loop.Scheduler is TickScheduler ticks)
                ticks.AdvanceBy(20_000);
        }
        Until(() => _loops.TrueForAll(loop => !loop.IsRunning), "the loops have stopped");
        _loops.ForEach(loop => loop.Close());
        while (_owned.TryPop(out var resource))
            resource.Dispose();
        _failures.All.Select(failure => failure.Exception).ShouldBeEmpty();
    }
}
