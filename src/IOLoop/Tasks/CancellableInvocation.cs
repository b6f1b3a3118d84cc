using IOLoops.Callbacks;
using IOLoops.Ownership;

namespace IOLoops.Tasks;

/// <summary>
/// A call of <see cref="IOLoop.InvokeAsync{T}(Func{T}, CancellationToken)"/>. The token ends the task at once; a function that has
/// begun continues, and what it fails with then goes to the exception hook.
/// </summary>
/// <param name="loop">Where to run it.</param>
/// <param name="original">The user's delegate, which diagnostics name.</param>
/// <param name="func">What to call. Its task is a <see cref="Task{T}"/>, or its result does not matter.</param>
/// <param name="cancellationToken">The caller's.</param>
internal sealed class CancellableInvocation<T>(IOLoop loop, Delegate original, Func<Task?> func, CancellationToken cancellationToken)
{
    // Continuations run neither inside the loop's turn nor inside the call that cancels.
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _registration; // written before the call is queued

    internal static Task<T> Begin(IOLoop loop, Delegate original, Func<Task?> func, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        var invocation = new CancellableInvocation<T>(loop, original, func, cancellationToken);
        invocation.Post();
#pragma warning disable VSTHRD003 // the caller decides where its await resumes
        return invocation._result.Task;
#pragma warning restore VSTHRD003
    }

    private void Post()
    {
        _registration = cancellationToken.UnsafeRegister(static invocation => ((CancellableInvocation<T>)invocation!).OnCancelled(), this);
        try
        {
            if (loop.Core is { } core)
                core.Poster.Post(new WorkItem(original, this, Invoker.Instance, DefaultContext.Capture()));
            else
                loop.AddCallback(Run);
        }
        catch
        {
            _registration.Unregister();
            throw;
        }
    }

    private void OnCancelled() => _result.TrySetCanceled(cancellationToken);

    private void Run()
    {
        if (_result.Task.IsCompleted)
            return;
        Task task;
        try
        {
            task = func() ?? Task.FromException(new InvalidOperationException("The function given to InvokeAsync returned null instead of a task."));
        }
        catch (OperationCanceledException exception)
        {
            task = Task.FromCanceled(exception.CancellationToken.IsCancellationRequested ? exception.CancellationToken : new CancellationToken(true));
        }
        catch (Exception exception)
        {
            task = Task.FromException(exception);
        }
        if (task.IsCompleted)
            OnEnded(task);
        else
            TaskEnd.Then(task, () => OnEnded(task));
    }

    private void OnEnded(Task task)
    {
        _registration.Unregister();
        if (!TryEnd(task))
            TaskFailures.Observe(loop, original, task, cancellationToken);
    }

    private bool TryEnd(Task task) =>
        task.IsFaulted ? _result.TrySetException(task.Exception.InnerExceptions)
        : task.IsCanceled ? _result.TrySetCanceled(new TaskCanceledException(task).CancellationToken)
#pragma warning disable VSTHRD002, VSTHRD103 // it has ended
        : _result.TrySetResult(task is Task<T> typed ? typed.Result : default!);
#pragma warning restore VSTHRD002, VSTHRD103

    private sealed class Invoker : WorkInvoker
    {
        internal static readonly Invoker Instance = new();

        internal override bool IsMissed(object? state) => !((CancellableInvocation<T>)state!)._result.Task.IsCanceled;

        internal override Task? Invoke(Delegate callback, object? state)
        {
            ((CancellableInvocation<T>)state!).Run();
            return null;
        }

        internal override void Drop(Delegate callback, object? state)
        {
            var invocation = (CancellableInvocation<T>)state!;
            invocation._registration.Unregister();
            invocation._result.TrySetException(invocation.Closed());
        }
    }

    private ObjectDisposedException Closed() => new(loop.Name, "The loop was closed before the function given to InvokeAsync had run.");
}
