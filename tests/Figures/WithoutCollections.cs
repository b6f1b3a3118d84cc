namespace Figures;

/// <summary>
/// Lets the program allocate 64 MB without a garbage collection. A collection reads <c>/proc/meminfo</c> on the thread whose allocation
/// it answers, and that may be one whose calls are counted.
/// </summary>
internal sealed class WithoutCollections : IDisposable
{
    private const long Enough = 64 << 20; // the work allocates 6 MB

    internal WithoutCollections()
    {
        if (!GC.TryStartNoGCRegion(Enough))
            throw new InvalidOperationException($"The runtime could not set {Enough} bytes aside to allocate from without a collection.");
    }

    /// <exception cref="InvalidOperationException">There was a collection all the same.</exception>
    public void Dispose() => GC.EndNoGCRegion();
}
