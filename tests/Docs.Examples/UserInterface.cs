using System.Collections.Concurrent;

namespace IOLoops.DocsExamples;

/// <summary>Stands for a framework with windows: a thread that runs what is posted to its context.</summary>
public sealed class UserInterface : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];

    /// <summary>What its window shows.</summary>
    public string Text { get; set; } = "";

    public override void Post(SendOrPostCallback d, object? state) => _queue.Add((d, state));

    /// <summary>Until <see cref="Quit"/>.</summary>
    public void Run(Func<Task> begin)
    {
        SetSynchronizationContext(this);
        var work = begin();
        _ = work.ContinueWith(_ => Quit(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        foreach (var (callback, state) in _queue.GetConsumingEnumerable())
            callback(state);
        SetSynchronizationContext(null);
        work.GetAwaiter().GetResult(); // it has ended, or failed
    }

    public void Quit() => _queue.CompleteAdding();

    public void Dispose() => _queue.Dispose();
}
