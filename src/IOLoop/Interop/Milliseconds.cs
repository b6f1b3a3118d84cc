namespace IOLoops.Interop;

/// <summary>Timeouts for calls that know milliseconds alone.</summary>
internal static class Milliseconds
{
    /// <summary>Rounded up: late by less than a millisecond, never early.</summary>
    internal static int RoundUp(long ticks)
    {
        long milliseconds = ticks / TimeSpan.TicksPerMillisecond + (ticks % TimeSpan.TicksPerMillisecond > 0 ? 1 : 0);
        return (int)Math.Min(milliseconds, int.MaxValue);
    }
}
