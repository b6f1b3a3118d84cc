using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Foreign;
using IOLoops.Interop;
using IOLoops.Ownership;

namespace IOLoops;

public abstract partial class IOLoop
{
    /// <summary>The loop's clock, read now: monotonic, or its host's. Any thread.</summary>
    public abstract LoopTime Time { get; }

    /// <summary>
    /// Runs <paramref name="callback"/> once, on the loop, when its clock has reached <paramref name="when"/>, and never
    /// before. If that time has passed, in the next turn. Timeouts run in the order of their times, and of equal times in the order
    /// in which they were added.
    /// </summary>
    /// <returns>A handle for <see cref="RemoveTimeout"/>.</returns>
    /// <exception cref="InvalidOperationException">The loop runs on another thread. Use <see cref="AddCallback(Action)"/>.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <example>
    /// <code>
    /// LoopTime deadline = loop.Time + TimeSpan.FromMilliseconds(10);
    /// </code>
    /// </example>
    public abstract TimeoutHandle CallAt(LoopTime when, Action callback);

    /// <summary>The same with an argument for the callback: a cached delegate then allocates nothing.</summary>
    /// <inheritdoc cref="CallAt(LoopTime, Action)"/>
    [MethodImpl(Jit.Hot)]
    public TimeoutHandle CallAt<TState>(LoopTime when, Action<TState> callback, TState state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is not { } core)
            return CallAtElsewhere(when, Bind(callback, state));
        var (argument, invoker) = StateInvoker.For(callback, state);
        return core.Timeouts.CallAt(when, new WorkItem(callback, argument, invoker, DefaultContext.Capture()));
    }

    /// <summary>The same for a callback that returns a task, whose failure goes to <see cref="HandleCallbackException"/>.</summary>
    /// <inheritdoc cref="CallAt(LoopTime, Action)"/>
    public TimeoutHandle CallAt(LoopTime when, Func<Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return Core is { } core
            ? core.Timeouts.CallAt(when, new WorkItem(callback, null, AsyncInvoker.Instance, DefaultContext.Capture()))
            : CallAtElsewhere(when, new AsyncCallbackAdapter(this, callback).Run);
    }

    /// <summary>The same with an argument for a callback that returns a task, whose failure goes to <see cref="HandleCallbackException"/>.</summary>
    /// <inheritdoc cref="CallAt(LoopTime, Action)"/>
    public TimeoutHandle CallAt<TState>(LoopTime when, Func<TState, Task> callback, TState state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return Core is { } core
            ? core.Timeouts.CallAt(when, new WorkItem(callback, state, AsyncStateInvoker<TState>.Instance, DefaultContext.Capture()))
            : CallAtElsewhere(when, AsyncCallbackAdapter.For(this, callback, state));
    }

    /// <summary>Removes a timeout: it never runs, even if it is due in this turn already. Does nothing for one of this loop that
    /// has run or was removed, and for the default handle.</summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread. Use <see cref="AddCallback(Action)"/>.</exception>
    /// <exception cref="ArgumentException">The timeout belongs to another loop, whether it has run or not.</exception>
    public abstract void RemoveTimeout(TimeoutHandle timeout);

    /// <summary>Runs <paramref name="callback"/> once, <paramref name="delay"/> from now. If that is zero or negative, in the next turn.</summary>
    /// <inheritdoc cref="CallAt(LoopTime, Action)"/>
    /// <example>
    /// <code>
    /// TimeoutHandle limit = loop.CallLater(TimeSpan.FromSeconds(30), () => Console.WriteLine("no answer"));
    /// loop.AddFuture(answer, _ => loop.RemoveTimeout(limit));     // the answer is there: the timeout never runs
    /// </code>
    /// </example>
    public TimeoutHandle CallLater(TimeSpan delay, Action callback)
    {
        VerifyLoopThread();
        return CallAt(Time + delay, callback);
    }

    /// <inheritdoc cref="CallLater(TimeSpan, Action)"/>
    public TimeoutHandle CallLater<TState>(TimeSpan delay, Action<TState> callback, TState state) => CallAt(Time + delay, callback, state);

    /// <inheritdoc cref="CallLater(TimeSpan, Action)"/>
    public TimeoutHandle CallLater(TimeSpan delay, Func<Task> callback) => CallAt(Time + delay, callback);

    /// <inheritdoc cref="CallLater(TimeSpan, Action)"/>
    public TimeoutHandle CallLater<TState>(TimeSpan delay, Func<TState, Task> callback, TState state) => CallAt(Time + delay, callback, state);

    /// <summary>The same as <see cref="CallAt(LoopTime, Action)"/>: an absolute time of the loop's clock.</summary>
    /// <inheritdoc cref="CallAt(LoopTime, Action)"/>
    public TimeoutHandle AddTimeout(LoopTime deadline, Action callback)
    {
        VerifyLoopThread();
        return CallAt(deadline, callback);
    }

    /// <inheritdoc cref="AddTimeout(LoopTime, Action)"/>
    public TimeoutHandle AddTimeout<TState>(LoopTime deadline, Action<TState> callback, TState state) => CallAt(deadline, callback, state);

    /// <inheritdoc cref="AddTimeout(LoopTime, Action)"/>
    public TimeoutHandle AddTimeout(LoopTime deadline, Func<Task> callback) => CallAt(deadline, callback);

    /// <inheritdoc cref="AddTimeout(LoopTime, Action)"/>
    public TimeoutHandle AddTimeout<TState>(LoopTime deadline, Func<TState, Task> callback, TState state) => CallAt(deadline, callback, state);

    /// <summary>The same as <see cref="CallLater(TimeSpan, Action)"/>: relative to now.</summary>
    /// <inheritdoc cref="CallAt(LoopTime, Action)"/>
    public TimeoutHandle AddTimeout(TimeSpan deadline, Action callback) => CallLater(deadline, callback);

    /// <inheritdoc cref="AddTimeout(TimeSpan, Action)"/>
    public TimeoutHandle AddTimeout<TState>(TimeSpan deadline, Action<TState> callback, TState state) => CallLater(deadline, callback, state);

    /// <inheritdoc cref="AddTimeout(TimeSpan, Action)"/>
    public TimeoutHandle AddTimeout(TimeSpan deadline, Func<Task> callback) => CallLater(deadline, callback);

    /// <inheritdoc cref="AddTimeout(TimeSpan, Action)"/>
    public TimeoutHandle AddTimeout<TState>(TimeSpan deadline, Func<TState, Task> callback, TState state) => CallLater(deadline, callback, state);

    /// <summary>
    /// The same with a time of the wall clock, converted to the loop's clock by this call: later jumps of the wall clock have no
    /// effect.
    /// </summary>
    /// <inheritdoc cref="CallAt(LoopTime, Action)"/>
    public TimeoutHandle AddTimeout(DateTimeOffset deadline, Action callback) => CallLater(FromNow(deadline), callback);

    /// <inheritdoc cref="AddTimeout(DateTimeOffset, Action)"/>
    public TimeoutHandle AddTimeout<TState>(DateTimeOffset deadline, Action<TState> callback, TState state) =>
        CallLater(FromNow(deadline), callback, state);

    /// <inheritdoc cref="AddTimeout(DateTimeOffset, Action)"/>
    public TimeoutHandle AddTimeout(DateTimeOffset deadline, Func<Task> callback) => CallLater(FromNow(deadline), callback);

    /// <inheritdoc cref="AddTimeout(DateTimeOffset, Action)"/>
    public TimeoutHandle AddTimeout<TState>(DateTimeOffset deadline, Func<TState, Task> callback, TState state) =>
        CallLater(FromNow(deadline), callback, state);

    private TimeoutHandle CallAtElsewhere(LoopTime when, Action callback)
    {
        VerifyLoopThread();
        return CallAt(when, callback);
    }

    private TimeSpan FromNow(DateTimeOffset deadline) => deadline - UtcNow;

    /// <summary>The wall clock that goes with <see cref="Time"/>.</summary>
    private protected virtual DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

    internal DateTimeOffset WallClock => UtcNow;
}
