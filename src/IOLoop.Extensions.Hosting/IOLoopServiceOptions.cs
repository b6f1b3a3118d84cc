namespace IOLoops.Extensions.Hosting;

/// <summary>
/// Options of a loop that starts and stops with an application. Read once, when the loop is constructed.
/// </summary>
/// <remarks>
/// <see cref="IOLoopOptions.Name"/> is by default the text of the loop's key, or <c>IOLoop</c> for the loop without a key.
/// <see cref="IOLoopOptions.LoggerFactory"/> is by default that of the application.
/// </remarks>
public class IOLoopServiceOptions : PollIOLoopOptions
{
    /// <summary>
    /// How long the application waits for the loop's run to end when it stops. Default: 5 seconds. If a callback, timeout or handler
    /// still runs then, a warning is logged, and the application continues to stop without this loop. Must be positive and less
    /// than 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether the application stops when a callback, timeout or handler of the loop fails and no handler of
    /// <see cref="IOLoop.CallbackException"/> sets <see cref="CallbackExceptionEventArgs.Handled"/>. Default:
    /// <see langword="false"/>: the failure is logged, and the loop continues.
    /// </summary>
    /// <remarks>The host's <c>StopAsync</c>, and with it <c>Run</c> and <c>RunAsync</c>, then fail with an exception that holds the failure.</remarks>
    public bool StopApplicationOnCallbackFailure { get; set; }

    /// <summary>
    /// Whether the application stops when the loop's run ends before the application does: because the system failed, or because
    /// code called <see cref="IOLoop.Stop"/> or disposed of the loop. Default: <see langword="true"/>. In both cases an error is logged.
    /// </summary>
    /// <remarks>The host's <c>StopAsync</c>, and with it <c>Run</c> and <c>RunAsync</c>, then fail with an exception that says so.</remarks>
    public bool StopApplicationWhenRunEnds { get; set; } = true;
}
