using IOLoops.Callbacks;
using IOLoops.Diagnostics;
using Microsoft.Extensions.Logging;

namespace IOLoops;

public abstract partial class IOLoop
{
    /// <summary>Never throws.</summary>
    internal ILogger Logger { get; }

    /// <summary>For the loop's group, which sets it before the loop runs: a failure was logged because no handler of the event handled it. Must not throw.</summary>
    internal Action<Exception>? UnhandledFailure { get; set; }

    /// <summary>
    /// Raised when a callback, timeout or handler has thrown, or its task has failed. Set
    /// <see cref="CallbackExceptionEventArgs.Handled"/> to keep the loop from logging the failure. Raised on the loop's thread, or,
    /// if a task fails after the loop was closed, on the thread that completes the task.
    /// </summary>
    /// <example>
    /// <code>
    /// loop.CallbackException += (_, failure) =>
    /// {
    ///     Console.WriteLine($"{failure.Callback.Method.Name} failed: {failure.Exception.Message}");
    ///     failure.Handled = true;                  // the loop does not log it
    /// };
    /// </code>
    /// </example>
    public event EventHandler<CallbackExceptionEventArgs>? CallbackException;

    /// <summary>
    /// Called for every failure of a callback, timeout or handler. Raises <see cref="CallbackException"/>, and logs the failure
    /// unless it was handled. What an override throws is logged, and the loop continues. Called on the loop's thread, except for a
    /// task that fails after the loop was closed.
    /// </summary>
    /// <param name="callback">The delegate that failed, as it was given to the loop.</param>
    /// <param name="exception">The exception that it threw, or that its task failed with.</param>
    public virtual void HandleCallbackException(Delegate callback, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ArgumentNullException.ThrowIfNull(exception);
        if (CallbackException is { } raise)
        {
            var args = new CallbackExceptionEventArgs(callback, exception);
            raise(this, args);
            if (args.Handled)
                return;
        }
        LoopLog.CallbackFailed(Logger, exception, Name, LoopLog.Describe(callback));
        UnhandledFailure?.Invoke(exception);
    }

    /// <summary>
    /// For authors of loops: runs a callback as the loop does, so that no exception escapes. While it runs, the calling thread is
    /// the loop's: see <see cref="EnterLoopThread"/>.
    /// </summary>
    /// <param name="callback">An <see cref="Action"/>, or a <see cref="Func{Task}"/> whose task is observed for failure.</param>
    /// <exception cref="ArgumentException">The delegate is of another type.</exception>
    protected void RunCallback(Delegate callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (callback is not (Action or Func<Task>))
            throw new ArgumentException($"RunCallback accepts an Action or a Func<Task>, not a {callback.GetType()}.", nameof(callback));
        if (Core is not null || ClaimLoopThread() != 0)
        {
            RunGuarded(callback); // the loop knows its thread already
            return;
        }
        using (new LoopThreadScope(this, 0))
            RunGuarded(callback);
    }

    private void RunGuarded(Delegate callback)
    {
        try
        {
            if (callback is Action action)
                action();
            else
                TaskFailures.Observe(this, callback, ((Func<Task>)callback)());
        }
        catch (Exception exception)
        {
            ReportFailure(callback, exception);
        }
    }

    /// <summary>Hands a failure to <see cref="HandleCallbackException"/>; what that throws is logged, because nothing may escape into a turn.</summary>
    internal void ReportFailure(Delegate callback, Exception exception)
    {
        try
        {
            HandleCallbackException(callback, exception);
        }
        catch (Exception hook)
        {
            LoopLog.HookFailed(Logger, hook, Name, LoopLog.MessageOf(exception));
        }
    }
}
