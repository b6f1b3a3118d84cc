using IOLoops.Tasks;

namespace IOLoops;

public abstract partial class IOLoop
{
    private LoopSynchronizationContext? _synchronizationContext;
    private LoopTaskScheduler? _taskScheduler;
    private LoopTimeProvider? _timeProvider;

    /// <summary>
    /// Posts to the loop. It is current inside callbacks, so that an <c>await</c> in one resumes on the loop.
    /// <see cref="System.Threading.SynchronizationContext.Send"/> runs inline on the loop's thread and blocks elsewhere. Any thread.
    /// </summary>
    public SynchronizationContext SynchronizationContext =>
        _synchronizationContext ?? Publish(ref _synchronizationContext, new LoopSynchronizationContext(this));

    /// <summary>Runs tasks on the loop, one per callback. Any thread.</summary>
    public TaskScheduler TaskScheduler => _taskScheduler ?? Publish(ref _taskScheduler, new LoopTaskScheduler(this));

    /// <summary>The loop's clock; its timers fire on the loop, never early. Any thread.</summary>
    public TimeProvider TimeProvider => _timeProvider ?? Publish(ref _timeProvider, new LoopTimeProvider(this));

    /// <summary>
    /// <c>await loop.SwitchTo()</c> goes on, on the loop: at once when already there, else in its next turn. Any thread.
    /// </summary>
    /// <exception cref="ObjectDisposedException">(From the await.) The loop is closed.</exception>
    public LoopAwaitable SwitchTo() => new(this);

    private static T Publish<T>(ref T? field, T value)
        where T : class => Interlocked.CompareExchange(ref field, value, null) ?? value;
}
