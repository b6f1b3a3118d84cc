using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Foreign;
using IOLoops.Interop;
using IOLoops.Ownership;
using IOLoops.Tasks;

namespace IOLoops;

public abstract partial class IOLoop
{
    /// <summary>
    /// Runs <paramref name="callback"/> on the loop, in its next turn, in the order of the calls. Any thread.
    /// </summary>
    /// <param name="callback">Runs in the <see cref="ExecutionContext"/> of this call.</param>
    /// <exception cref="ObjectDisposedException">The loop is closed. <see cref="TryAddCallback(Action)"/> returns false instead.</exception>
    /// <exception cref="IOException">The loop sleeps, and the write that wakes it failed. What was added stays queued, and runs when the loop next wakes.</exception>
    /// <example>
    /// <code>
    /// ThreadPool.QueueUserWorkItem(_ =>
    /// {
    ///     int result = compute();                  // on the thread pool
    ///     loop.AddCallback(() => show(result));    // on the loop's thread
    /// });
    /// </code>
    /// </example>
    public abstract void AddCallback(Action callback);

    /// <summary>The same with an argument for the callback: a cached delegate then allocates nothing.</summary>
    /// <inheritdoc cref="AddCallback(Action)"/>
    [MethodImpl(Jit.Hot)]
    public void AddCallback<TState>(Action<TState> callback, TState state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is { } core)
        {
            var (argument, invoker) = StateInvoker.For(callback, state);
            core.Poster.Post(new WorkItem(callback, argument, invoker, DefaultContext.Capture()));
        }
        else
        {
            AddCallback(Bind(callback, state));
        }
    }

    /// <summary>The same for a callback that returns a task, whose failure goes to <see cref="HandleCallbackException"/>.</summary>
    /// <inheritdoc cref="AddCallback(Action)"/>
    public void AddCallback(Func<Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is { } core)
            core.Poster.Post(new WorkItem(callback, null, AsyncInvoker.Instance, DefaultContext.Capture()));
        else
            AddCallback(new AsyncCallbackAdapter(this, callback).Run);
    }

    /// <summary>The same with an argument for a callback that returns a task, whose failure goes to <see cref="HandleCallbackException"/>.</summary>
    /// <inheritdoc cref="AddCallback(Action)"/>
    public void AddCallback<TState>(Func<TState, Task> callback, TState state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is { } core)
            core.Poster.Post(new WorkItem(callback, state, AsyncStateInvoker<TState>.Instance, DefaultContext.Capture()));
        else
            AddCallback(AsyncCallbackAdapter.For(this, callback, state));
    }

    /// <summary>
    /// Calls <see cref="IThreadPoolWorkItem.Execute"/> in the next turn, in order with callbacks. For adapters that queue many
    /// small objects: it stores one reference and needs no delegate. Failures are reported with a delegate of
    /// <see cref="IThreadPoolWorkItem.Execute"/>. Any thread.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="item"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    [MethodImpl(Jit.Hot)]
    public void AddWorkItem(IThreadPoolWorkItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (Core is { } core)
            core.Poster.PostWorkItem(item);
        else
            AddCallback(item.Execute);
    }

    /// <summary>The same as <see cref="AddCallback(Action)"/>, but returns false instead of throwing when the loop is closed. Any thread.</summary>
    /// <returns>False if the loop is closed: the callback will not run.</returns>
    public bool TryAddCallback(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is { } core)
            return core.Poster.TryPost(new WorkItem(callback, null, null, DefaultContext.Capture()));
        return TryElsewhere(callback);
    }

    /// <inheritdoc cref="TryAddCallback(Action)"/>
    public bool TryAddCallback(Func<Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is { } core)
            return core.Poster.TryPost(new WorkItem(callback, null, AsyncInvoker.Instance, DefaultContext.Capture()));
        return TryElsewhere(new AsyncCallbackAdapter(this, callback).Run);
    }

    /// <summary>The same with an argument for the callback: a cached delegate then allocates nothing.</summary>
    /// <inheritdoc cref="TryAddCallback(Action)"/>
    public bool TryAddCallback<TState>(Action<TState> callback, TState state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is not { } core)
            return TryElsewhere(Bind(callback, state));
        var (argument, invoker) = StateInvoker.For(callback, state);
        if (core.Poster.TryPost(new WorkItem(callback, argument, invoker, DefaultContext.Capture())))
            return true;
        invoker.Drop(callback, argument);
        return false;
    }

    /// <inheritdoc cref="TryAddCallback{TState}(Action{TState}, TState)"/>
    public bool TryAddCallback<TState>(Func<TState, Task> callback, TState state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return Core is { } core
            ? core.Poster.TryPost(new WorkItem(callback, state, AsyncStateInvoker<TState>.Instance, DefaultContext.Capture()))
            : TryElsewhere(AsyncCallbackAdapter.For(this, callback, state));
    }

    /// <summary>
    /// The same as <see cref="AddCallback(Action)"/> for callers that must not block: takes no lock, and captures no
    /// <see cref="ExecutionContext"/>. Any thread.
    /// </summary>
    /// <remarks>Ordered among calls of this kind, but not with those of <see cref="AddCallback(Action)"/>. The first call on a loop allocates a pool.</remarks>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public void AddCallbackFromSignal(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is { } core)
            core.Poster.PostFromSignal(new WorkItem(callback, null, null, null));
        else
            SpawnCallback(callback);
    }

    /// <summary>The same with an argument for the callback. With a cached delegate, an argument that is a reference allocates nothing after the first call.</summary>
    /// <inheritdoc cref="AddCallbackFromSignal(Action)"/>
    public void AddCallbackFromSignal<TState>(Action<TState> callback, TState state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is { } core)
        {
            var (argument, invoker) = StateInvoker.ForSignal(state);
            core.Poster.PostFromSignal(new WorkItem(callback, argument, invoker, null));
        }
        else
        {
            SpawnCallback(callback, state);
        }
    }

    /// <summary>The same for a callback that returns a task, whose failure goes to <see cref="HandleCallbackException"/>.</summary>
    /// <inheritdoc cref="AddCallbackFromSignal(Action)"/>
    public void AddCallbackFromSignal(Func<Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is { } core)
            core.Poster.PostFromSignal(new WorkItem(callback, null, AsyncInvoker.Instance, null));
        else
            SpawnCallback(callback);
    }

    /// <summary>The same with an argument for a callback that returns a task, whose failure goes to <see cref="HandleCallbackException"/>.</summary>
    /// <inheritdoc cref="AddCallbackFromSignal(Action)"/>
    public void AddCallbackFromSignal<TState>(Func<TState, Task> callback, TState state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is { } core)
            core.Poster.PostFromSignal(new WorkItem(callback, state, AsyncStateInvoker<TState>.Instance, null));
        else
            SpawnCallback(callback, state);
    }

    /// <summary>The same as <see cref="AddCallback(Action)"/>, but captures no <see cref="ExecutionContext"/>. Any thread.</summary>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public void SpawnCallback(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is { } core)
            core.Poster.Post(new WorkItem(callback, null, null, null));
        else
            AddWithoutFlow(callback);
    }

    /// <inheritdoc cref="SpawnCallback(Action)"/>
    [MethodImpl(Jit.Hot)]
    public void SpawnCallback<TState>(Action<TState> callback, TState state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is { } core)
        {
            var (argument, invoker) = StateInvoker.For(callback, state);
            core.Poster.Post(new WorkItem(callback, argument, invoker, null));
        }
        else
        {
            AddWithoutFlow(Bind(callback, state));
        }
    }

    /// <inheritdoc cref="SpawnCallback(Action)"/>
    public void SpawnCallback(Func<Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is { } core)
            core.Poster.Post(new WorkItem(callback, null, AsyncInvoker.Instance, null));
        else
            AddWithoutFlow(new AsyncCallbackAdapter(this, callback).Run);
    }

    /// <inheritdoc cref="SpawnCallback(Action)"/>
    public void SpawnCallback<TState>(Func<TState, Task> callback, TState state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (Core is { } core)
            core.Poster.Post(new WorkItem(callback, state, AsyncStateInvoker<TState>.Instance, null));
        else
            AddWithoutFlow(AsyncCallbackAdapter.For(this, callback, state));
    }

    /// <summary>
    /// Runs <paramref name="callback"/> on the loop when <paramref name="future"/> has ended, with the task as its
    /// argument. It never runs inline, not even if the task has ended already. If the loop is closed by then, the callback is
    /// discarded, which is logged. Any thread.
    /// </summary>
    /// <param name="future">The task. The callback must examine its failure, which is not reported.</param>
    /// <param name="callback">Runs in the <see cref="ExecutionContext"/> of this call.</param>
    /// <exception cref="ObjectDisposedException">The loop is closed already.</exception>
    /// <example>
    /// <code>
    /// loop.AddFuture(download, ended =>
    /// {
    ///     if (ended.IsCompletedSuccessfully)
    ///         show(ended.Result);                  // it has ended, so this does not wait
    ///     else
    ///         Console.Error.WriteLine(ended.Exception?.InnerException?.Message);
    /// });
    /// </code>
    /// </example>
    public void AddFuture(Task future, Action<Task> callback)
    {
        ArgumentNullException.ThrowIfNull(future);
        ArgumentNullException.ThrowIfNull(callback);
        FutureCallback<Task>.Add(this, future, callback);
    }

    /// <inheritdoc cref="AddFuture(Task, Action{Task})"/>
    [OverloadResolutionPriority(1)]
    public void AddFuture<T>(Task<T> future, Action<Task<T>> callback)
    {
        ArgumentNullException.ThrowIfNull(future);
        ArgumentNullException.ThrowIfNull(callback);
        FutureCallback<Task<T>>.Add(this, future, callback);
    }

    /// <summary>Runs <paramref name="func"/> on the loop, in its next turn. Its outcome is that of the task returned. Any thread.</summary>
    /// <returns>A task that ends when <paramref name="func"/> has. It fails with what that throws, or with
    /// <see cref="ObjectDisposedException"/> if the loop is closed before it has run.</returns>
    /// <exception cref="ObjectDisposedException">The loop is closed already.</exception>
    /// <example>
    /// <code>
    /// // On any thread. The list belongs to the loop's thread.
    /// int count = await loop.InvokeAsync(() => names.Count);
    /// </code>
    /// </example>
    public Task InvokeAsync(Action func)
    {
        ArgumentNullException.ThrowIfNull(func);
        return Invocation<bool>.Begin(this, func, () => { func(); return true; });
    }

    /// <inheritdoc cref="InvokeAsync(Action)"/>
    public Task<T> InvokeAsync<T>(Func<T> func)
    {
        ArgumentNullException.ThrowIfNull(func);
        return Invocation<T>.Begin(this, func, func);
    }

    /// <summary>Runs <paramref name="func"/> on the loop, in its next turn. The task returned ends when the one that <paramref name="func"/> returns has. Any thread.</summary>
    /// <inheritdoc cref="InvokeAsync(Action)"/>
    public Task InvokeAsync(Func<Task> func)
    {
        ArgumentNullException.ThrowIfNull(func);
        return Invocation<Task>.Begin(this, func, func).Unwrap();
    }

    /// <inheritdoc cref="InvokeAsync(Func{Task})"/>
    public Task<T> InvokeAsync<T>(Func<Task<T>> func)
    {
        ArgumentNullException.ThrowIfNull(func);
        return Invocation<Task<T>>.Begin(this, func, func).Unwrap();
    }

    /// <param name="func">What to run.</param>
    /// <param name="cancellationToken">
    /// Ends the task at once. A function that has not begun never begins; one that has begun continues, and its failure goes to
    /// <see cref="HandleCallbackException"/>.
    /// </param>
    /// <inheritdoc cref="InvokeAsync(Action)"/>
    public Task InvokeAsync(Action func, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(func);
        return CancellableInvocation<bool>.Begin(this, func, () => { func(); return Task.CompletedTask; }, cancellationToken);
    }

    /// <inheritdoc cref="InvokeAsync(Action, CancellationToken)"/>
    public Task<T> InvokeAsync<T>(Func<T> func, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(func);
        return CancellableInvocation<T>.Begin(this, func, () => Task.FromResult(func()), cancellationToken);
    }

    /// <summary>Runs <paramref name="func"/> on the loop, in its next turn. The task returned ends when the one that <paramref name="func"/> returns has. Any thread.</summary>
    /// <inheritdoc cref="InvokeAsync(Action, CancellationToken)"/>
    public Task InvokeAsync(Func<Task> func, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(func);
        return CancellableInvocation<bool>.Begin(this, func, func, cancellationToken);
    }

    /// <inheritdoc cref="InvokeAsync(Func{Task}, CancellationToken)"/>
    public Task<T> InvokeAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(func);
        return CancellableInvocation<T>.Begin(this, func, func, cancellationToken);
    }

    // For loops written elsewhere, which know Action alone. A method of its own: a closure is allocated where its method
    // begins, also when it is not needed there.
    private static Action Bind<TState>(Action<TState> callback, TState state) => () => callback(state);

    private bool TryElsewhere(Action callback)
    {
        try
        {
            AddCallback(callback);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private void AddWithoutFlow(Action callback)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            AddCallback(callback);
            return;
        }
        using (ExecutionContext.SuppressFlow())
            AddCallback(callback);
    }
}
