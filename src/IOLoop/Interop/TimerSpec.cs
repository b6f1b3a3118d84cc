namespace IOLoops.Interop;

/// <summary><c>struct itimerspec</c>.</summary>
internal struct TimerSpec
{
    internal Timespec Interval;
    internal Timespec Value;
}
