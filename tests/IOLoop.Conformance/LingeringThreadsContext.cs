using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace IOLoops.Conformance;

/// <summary>A context that runs each post on a new thread, which lives on and can be given more to do.</summary>
public sealed class LingeringThreadsContext : SynchronizationContext, IDisposable
{
    private readonly List<BlockingCollection<Action>> _threads = []; // guarded by itself

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        var work = new BlockingCollection<Action>();
        lock (_threads)
            _threads.Add(work);
        new Thread(() =>
        {
            d(state);
            foreach (var next in work.GetConsumingEnumerable())
                next();
        })
        { IsBackground = true, Name = "Lingering" }.UnsafeStart();
    }

    /// <summary>Runs a body on each thread that was posted to by now, behind what was posted there: on the newest first, then on the one before it.</summary>
    public void RunOnEach(Action body)
    {
        BlockingCollection<Action>[] threads;
        lock (_threads)
            threads = [.. _threads];
        foreach (var work in threads.Reverse())
        {
            ExceptionDispatchInfo? thrown = null;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            work.Add(() =>
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
            Bounded.Await(done.Task, "work on a thread of the context");
            thrown?.Throw();
        }
    }

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Lets the threads end.</summary>
    public void Dispose()
    {
        lock (_threads)
            _threads.ForEach(work => work.CompleteAdding());
    }
}
