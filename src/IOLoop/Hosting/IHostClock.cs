namespace IOLoops;

/// <summary>
/// A host with a time of its own. A loop in a host without one takes the system's monotonic clock, and has a timer of the system
/// post its turns.
/// </summary>
public interface IHostClock : ILoopHost
{
    /// <summary>The host's clock, which is the loop's: monotonic. Any thread.</summary>
    LoopTime Now { get; }

    /// <summary>The wall clock that goes with <see cref="Now"/>. Any thread.</summary>
    DateTimeOffset UtcNow { get; }

    /// <summary>
    /// Runs <paramref name="turn"/> as <see cref="ILoopHost.Post"/> does, <paramref name="delay"/> from now; when it comes early,
    /// the loop looks at its clock and asks again. A loop has at most one such call outstanding, except those that it has
    /// cancelled.
    /// </summary>
    /// <param name="delay">Positive, at most 30 days.</param>
    /// <param name="turn">What to run.</param>
    /// <returns>Disposing it cancels the call, at least when that has not been posted yet. Any thread.</returns>
    IDisposable PostAfter(TimeSpan delay, Action turn);
}
