namespace IOLoops;

/// <summary>A callback, timeout or handler has failed. See <see cref="IOLoop.CallbackException"/>.</summary>
/// <param name="callback">The delegate that failed.</param>
/// <param name="exception">The exception that it threw, or that its task failed with.</param>
public sealed class CallbackExceptionEventArgs(Delegate callback, Exception exception) : EventArgs
{
    /// <summary>The delegate that failed, as it was given to the loop.</summary>
    public Delegate Callback { get; } = callback;

    /// <summary>The exception that it threw, or that its task failed with.</summary>
    public Exception Exception { get; } = exception;

    /// <summary>Set it to keep the loop from logging the failure.</summary>
    public bool Handled { get; set; }
}
