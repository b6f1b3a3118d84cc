namespace IOLoops;

/// <summary>A callback, timeout or handler has failed: see <see cref="IOLoop.CallbackException"/>.</summary>
/// <param name="callback">The delegate that failed.</param>
/// <param name="exception">What it threw, or what its task failed with.</param>
public sealed class CallbackExceptionEventArgs(Delegate callback, Exception exception) : EventArgs
{
    /// <summary>The delegate that failed, as it was given to the loop.</summary>
    public Delegate Callback { get; } = callback;

    /// <summary>What it threw, or what its task failed with.</summary>
    public Exception Exception { get; } = exception;

    /// <summary>Set it, and the loop does not log the failure.</summary>
    public bool Handled { get; set; }
}
