using System.Runtime.ExceptionServices;
using IOLoops.Conformance;
using Shouldly;

namespace IOLoops.Tests.Hosting;

/// <summary>What tests of hosting need: hosts and loops that end with the test, bounded waits, and what was logged.</summary>
public abstract class HostingHarness(PollerKind poller = PollerKind.Epoll) : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();
    private readonly List<StrictHost> _hosts = [];
    private readonly List<HostedIOLoop> _loops = [];
    private readonly FailureCollector _failures = new();

    /// <summary>How long anything may take before it counts as stuck.</summary>
    protected static TimeSpan Patience => Bounded.Patience;

    protected PollerKind Poller => poller;

    protected CollectingLoggerFactory Log { get; } = new();

    protected T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Push(resource);
        return resource;
    }

    protected StrictHost NewHost(bool isPumpable = false, bool mayNest = false)
    {
        var host = mayNest ? new NestingHost() : new StrictHost(isPumpable);
        _hosts.Add(host);
        return host;
    }

    /// <summary>One that never gives way: on a slow machine it might, in the middle of what a test counts.</summary>
    protected HostedIOLoop NewLoop(ILoopHost host) =>
        Watched(new HostedIOLoop(host, new HostedIOLoopOptions { Poller = poller, LoggerFactory = Log, TurnBudget = null }));

    protected TLoop Watched<TLoop>(TLoop loop)
        where TLoop : HostedIOLoop
    {
        loop.CallbackException += _failures.Record;
        _loops.Add(loop);
        return loop;
    }

    /// <summary>A loop that runs in the host and sleeps.</summary>
    protected HostedIOLoop Attached(StrictHost host)
    {
        var loop = NewLoop(host);
        loop.Attach();
        Settle(host);
        return loop;
    }

    protected Pipe NewPipe() => Own(new Pipe());

    protected EventFd NewEventFd() => Own(new EventFd());

    protected ManualResetEventSlim NewEvent() => Own(new ManualResetEventSlim());

    protected static void Await(Task task, string what) => Bounded.Await(task, what);

    protected static void Await(ManualResetEventSlim happened, string what) => Bounded.Await(happened, what);

    /// <summary>For what no event tells.</summary>
    protected static void Until(Func<bool> condition, string what) => Bounded.Until(condition, what);

    /// <summary>Runs something as the host's own work, between turns, and waits for it.</summary>
    protected static void OnHost(StrictHost host, Action body)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ExceptionDispatchInfo? thrown = null;
        host.PostOwn(() =>
        {
            try
            {
                body();
            }
            catch (Exception exception)
            {
                thrown = ExceptionDispatchInfo.Capture(exception);
            }
            done.SetResult();
        });
        Await(done.Task, "the host's own work");
        thrown?.Throw();
    }

    /// <summary>Runs something in a turn of the loop, and waits for it.</summary>
    protected static void InLoop(HostedIOLoop loop, Action body)
    {
        var done = loop.InvokeAsync(body);
        Await(done, "a callback");
        done.GetAwaiter().GetResult();
    }

    /// <summary>Waits until the host has nothing to do: no turn waits or runs.</summary>
    protected static void Settle(StrictHost host)
    {
        int before;
        do
        {
            before = host.Turns;
            OnHost(host, static () => { }); // behind a turn that waited
            OnHost(host, static () => { }); // behind the turn that one has posted
        }
        while (host.Turns != before);
    }

    /// <summary>Keeps the host's thread busy with its own work until this is set.</summary>
    protected ManualResetEventSlim Hold(StrictHost host)
    {
        var release = NewEvent();
        var holding = NewEvent();
        host.PostOwn(() =>
        {
            holding.Set();
            release.Wait(Patience);
        });
        Await(holding, "the host to be busy");
        return release;
    }

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
            loop.Stop();
        Until(() => _loops.TrueForAll(loop => !loop.IsRunning), "the loops have stopped");
        _hosts.ForEach(host => host.Dispose());
        _loops.ForEach(loop => loop.Close());
        while (_owned.TryPop(out var resource))
            resource.Dispose();
        _failures.All.Select(failure => failure.Exception).ShouldBeEmpty();
        _hosts.SelectMany(host => host.Faults).ShouldBeEmpty();
    }
}
