namespace IOLoops.Extensions.Hosting;

/// <summary>The loop that is injected. The container owns and disposes of it.</summary>
internal sealed class ApplicationIOLoop : PollIOLoop, IAsyncDisposable
{
    [ThreadStatic]
    private static CallbackExceptionEventArgs? t_failure; // the one that handlers of CallbackException are looking at

    private volatile bool _isAbandoned;

    internal ApplicationIOLoop(PollIOLoopOptions options)
        : base(options)
    {
        // The first of the event's handlers: it sees the arguments also when a later one throws.
        CallbackException += static (_, failure) => t_failure = failure;
    }

    /// <summary>Called for each failure that was not handled. Must not throw.</summary>
    internal Action<Exception>? UnhandledFailure { get; set; }

    /// <summary>The run did not end in time: disposing must not wait for it any more.</summary>
    internal void Abandon() => _isAbandoned = true;

    public override void HandleCallbackException(Delegate callback, Exception exception)
    {
        var outer = t_failure;
        t_failure = null;
        try
        {
            base.HandleCallbackException(callback, exception);
        }
        finally
        {
            bool isHandled = t_failure is { Handled: true };
            t_failure = outer;
            if (!isHandled)
                UnhandledFailure?.Invoke(exception);
        }
    }

    ValueTask IAsyncDisposable.DisposeAsync()
    {
        if (!_isAbandoned)
            return DisposeAsync();
        Dispose(); // closes the loop when the run ends after all
        return ValueTask.CompletedTask;
    }
}
