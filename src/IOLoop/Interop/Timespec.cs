namespace IOLoops.Interop;

/// <summary><c>struct timespec</c> of 64-bit systems.</summary>
internal struct Timespec
{
    internal long Seconds;
    internal long Nanoseconds;

    internal static Timespec FromTicks(long ticks) => new()
    {
        Seconds = ticks / TimeSpan.TicksPerSecond,
        Nanoseconds = ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
    };
}
