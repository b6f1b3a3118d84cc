using IOLoops.Callbacks;
using IOLoops.Ownership;

namespace IOLoops.Tasks;

/// <summary>A call of <see cref="IOLoop.InvokeAsync{T}(Func{T})"/>: its outcome goes to a task, not to the exception hook.</summary>
internal sealed class Invocation<T>(IOLoop loop, Func<T> func)
{
    // Continuations that have no context to go to must not run inside the loop's turn.
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="loop">Where to run it.</param>
    /// <param name="original">The user's delegate, which diagnostics name.</param>
    /// <param name="func">What to call.</param>
    internal static Task<T> Begin(IOLoop loop, Delegate original, Func<T> func)
    {
        var invocation = new Invocation<T>(loop, func);
        if (loop.Core is { } core)
            core.Poster.Post(new WorkItem(original, invocation, Invoker.Instance, DefaultContext.Capture()));
        else
            loop.AddCallback(invocation.Run);
#pragma warning disable VSTHRD003 // the caller that awaits it decides where it resumes
        return invocation._result.Task;
#pragma warning restore VSTHRD003
    }

    private void Run()
    {
        try
        {
            _result.SetResult(func());
        }
        catch (OperationCanceledException exception)
        {
            _result.TrySetCanceled(exception.CancellationToken);
        }
        catch (Exception exception)
        {
            _result.TrySetException(exception);
        }
    }

    private sealed class Invoker : WorkInvoker
    {
        internal static readonly Invoker Instance = new();

        internal override Task? Invoke(Delegate callback, object? state)
        {
            ((Invocation<T>)state!).Run();
            return null;
        }

        internal override void Drop(Delegate callback, object? state)
        {
            var invocation = (Invocation<T>)state!;
            invocation._result.TrySetException(invocation.Closed());
        }
    }

    private ObjectDisposedException Closed() => new(loop.Name, "The loop was closed before the function given to InvokeAsync had run.");
}
