namespace IOLoops.Tests.Hosting;

/// <summary>What is odd about the timers of an <see cref="OddTimerHost"/>.</summary>
public enum TimerKind
{
    Early,
    Late,
    Twice,
    OnItsOwnThread,
    NotCancelled,

    /// <summary>Disposing of it throws.</summary>
    FailsToCancel,
}
