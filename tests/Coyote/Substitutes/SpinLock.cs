namespace IOLoops;

/// <summary>Instead of <see cref="System.Threading.SpinLock"/>, which Coyote does not know: this one is a monitor, which it controls.</summary>
internal readonly struct SpinLock
{
    private readonly object _monitor = new();

    internal SpinLock(bool enableThreadOwnerTracking)
    {
        if (enableThreadOwnerTracking)
            throw new NotSupportedException("The library's locks do not know who holds them.");
    }

    internal void Enter(ref bool lockTaken) => Monitor.Enter(_monitor, ref lockTaken);

    internal void Exit(bool useMemoryBarrier)
    {
        if (useMemoryBarrier)
            throw new NotSupportedException("The library leaves its locks without a fence.");
        Monitor.Exit(_monitor);
    }
}
