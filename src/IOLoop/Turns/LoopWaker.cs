using IOLoops.Callbacks;
using IOLoops.Polling;

namespace IOLoops.Turns;

/// <summary>Wakes a native loop by its poller. A wake that fails is tried once more, then reported to the caller, and leaves a loop that can be woken.</summary>
/// <remarks>
/// <para>
/// Why no wake-up is lost. The caller has taken the loop's sleep (Asleep became Notified), so until the loop wakes, other callers rely on
/// this one. When the write fails, the note is taken back, and the next caller that adds something wakes the loop. What others have added
/// meanwhile is in the queue, as is the caller's own: either the second try wakes the loop, which runs all of it, or the exception reports
/// that it waits for the next wake.
/// </para>
/// <para>
/// The note may be another caller's by then, who met the same failure first, or who has taken a later sleep. Taking back that note costs
/// one needless wake-up, because both write. If the loop is awake, nothing is taken back: it looks at the queue before it sleeps.
/// </para>
/// </remarks>
internal sealed class LoopWaker(IOLoop loop, IPoller poller, CallbackQueue callbacks)
{
    /// <summary>Makes a turn happen. The caller has taken the loop's sleep. Any thread.</summary>
    /// <exception cref="IOException">The system refuses it. The loop sleeps, and the next call wakes it.</exception>
    // Modelled in tests/models: native.
    internal void Wake()
    {
        try
        {
            poller.Wake();
        }
        catch (IOException)
        {
            callbacks.TakeBackWake();
            if (callbacks.NeedsWake()) // else the loop is awake, or another caller wakes it
                WakeAgain();
        }
    }

    // Modelled in tests/models: native.
    private void WakeAgain()
    {
        try
        {
            poller.Wake();
        }
        catch (IOException exception)
        {
            callbacks.TakeBackWake();
            throw new IOException(
                $"{loop.Name} could not be woken: {exception.Message} What was added stays queued, and runs when the loop next wakes. The next call that adds something tries again.",
                exception)
            {
                HResult = exception.HResult,
            };
        }
    }
}
