using System.Runtime.ExceptionServices;
using IOLoops.Conformance;
using IOLoops.VsThreading.Tests.Loops;
using Microsoft.VisualStudio.Threading;
using Shouldly;

namespace IOLoops.VsThreading.Tests;

/// <summary>
/// What tests of loops on a main thread need: that thread with its context, a loop that runs on it and sleeps, and waits that
/// end: what would hang without a join fails after <see cref="Patience"/>.
/// </summary>
public abstract class JoinableTaskHarness : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();
    private readonly List<JoinableTaskIOLoop> _loops = [];
    private readonly FailureCollector _failures = new();
    private readonly Lazy<MainThread> _main = new(() => new MainThread());
    private readonly Lazy<JoinableTaskIOLoop> _loop;

    protected JoinableTaskHarness() => _loop = new Lazy<JoinableTaskIOLoop>(() => Attached(NewLoop()));

    /// <summary>How long anything may take before it counts as stuck.</summary>
    protected static TimeSpan Patience => Bounded.Patience;

    protected CollectingLoggerFactory Log { get; } = new();

    private protected MainThread Main => _main.Value;

    protected JoinableTaskContext Context => Main.Context;

    protected JoinableTaskFactory Factory => Context.Factory;

    /// <summary>A loop that is attached to the main thread.</summary>
    protected JoinableTaskIOLoop Loop => _loop.Value;

    protected JoinableTaskIOLoop NewLoop(JoinableTaskFactory? factory = null, string? name = null)
    {
        var loop = new JoinableTaskIOLoop(factory ?? Factory, new HostedIOLoopOptions { LoggerFactory = Log, Name = name });
        loop.CallbackException += _failures.Record;
        _loops.Add(loop);
        return loop;
    }

    protected static JoinableTaskIOLoop Attached(JoinableTaskIOLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        loop.Attach();
        return loop;
    }

    protected T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Push(resource);
        return resource;
    }

    protected Pipe NewPipe() => Own(new Pipe());

    protected EventFd NewEventFd() => Own(new EventFd());

    /// <summary>Runs something on the main thread, as a message of its pump, and waits for it.</summary>
    protected void OnMain(string awaited, Action body)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ExceptionDispatchInfo? thrown = null;
        Main.SynchronizationContext.Post(
            _ =>
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
            },
            null);
        Bounded.Await(done.Task, awaited);
        thrown?.Throw();
    }

    /// <summary>Blocks the main thread in <see cref="JoinableTaskFactory.Run(Func{Task})"/> until the body has ended.</summary>
    protected void BlockMain(string awaited, Func<Task> body) => OnMain(awaited, () => Factory.Run(body));

    /// <summary>Registers a descriptor whose data complete a task, on the main thread.</summary>
    /// <returns>The thread that the handler ran on.</returns>
    protected Task<Thread> WhenReadable(FileDescriptor fd, Action? also = null)
    {
        var read = new TaskCompletionSource<Thread>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.AddHandler(
            fd,
            (_, _) =>
            {
                Loop.RemoveHandler(fd);
                also?.Invoke();
                read.SetResult(Thread.CurrentThread);
            },
            IOEvents.Read);
        return read.Task;
    }

    protected static void Signal(EventFd counter)
    {
        ArgumentNullException.ThrowIfNull(counter);
        OtherThread.Run(counter.Signal);
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
        Bounded.Until(() => _loops.TrueForAll(loop => !loop.IsRunning), "the loops have stopped");
        _loops.ForEach(loop => loop.Close());
        while (_owned.TryPop(out var resource))
            resource.Dispose();
        if (_main.IsValueCreated)
            Main.Dispose();
        _failures.All.Select(failure => failure.Exception).ShouldBeEmpty();
    }
}
