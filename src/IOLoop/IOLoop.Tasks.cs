using IOLoops.Tasks;

namespace IOLoops;

public abstract partial class IOLoop
{
    private LoopSynchronizationContext? _synchronizationContext;
    private LoopTaskScheduler? _taskScheduler;
    private LoopTimeProvider? _timeProvider;

    /// <summary>
    /// A context whose posts run on the loop. It is current inside callbacks, so that an <c>await</c> there resumes on the loop.
    /// <see cref="System.Threading.SynchronizationContext.Send"/> runs inline on the loop's thread and blocks elsewhere. Any thread.
    /// </summary>
    public SynchronizationContext SynchronizationContext =>
        _synchronizationContext ?? Publish(ref _synchronizationContext, new LoopSynchronizationContext(this));

    /// <summary>Runs tasks on the loop, one per callback. Any thread.</summary>
    /// <example>
    /// Runs a delegate on the loop, for code that takes a scheduler:
    /// <code>
    /// await Task.Factory.StartNew(show, CancellationToken.None, TaskCreationOptions.None, loop.TaskScheduler);
    /// </code>
    /// </example>
    public TaskScheduler TaskScheduler => _taskScheduler ?? Publish(ref _taskScheduler, new LoopTaskScheduler(this));

    /// <summary>The loop's clock. Its timers fire on the loop, and never early. Any thread.</summary>
    /// <example>
    /// A read with a limit that also holds in virtual time:
    /// <code>
    /// using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10), loop.TimeProvider);   // by the loop's clock
    /// return await stream.ReadAsync(buffer, limit.Token);
    /// </code>
    /// </example>
    public TimeProvider TimeProvider => _timeProvider ?? Publish(ref _timeProvider, new LoopTimeProvider(this));

    /// <summary>
    /// <c>await loop.SwitchTo()</c> resumes on the loop: at once if the caller is there already, else in its next turn. Any thread.
    /// </summary>
    /// <exception cref="ObjectDisposedException">(From the await.) The loop is closed.</exception>
    /// <example>
    /// <code>
    /// string text = await File.ReadAllTextAsync(path).ConfigureAwait(false);   // resumes on the thread pool
    /// await loop.SwitchTo();
    /// show(text);                                                              // on the loop's thread
    /// </code>
    /// </example>
    public LoopAwaitable SwitchTo() => new(this);

    private static T Publish<T>(ref T? field, T value)
        where T : class => Interlocked.CompareExchange(ref field, value, null) ?? value;
}
