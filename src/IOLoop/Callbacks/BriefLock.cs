using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace IOLoops.Callbacks;

/// <summary>
/// A lock for a few instructions that call nobody and wait for nothing. It may not be taken again by who holds it. A <see cref="Lock"/> takes
/// two interlocked operations, which are most of what a post costs; this takes one.
/// </summary>
/// <remarks>
/// Taking it is a full fence. Leaving it is a write that the writes before it do not pass, and no fence: who needs one writes one. That is how
/// tests/models has all locks. Who finds it taken spins, then yields, then sleeps for a millisecond at a time, so a holder that the system has
/// stopped gets to run also when those that wait have a higher priority.
/// </remarks>
internal struct BriefLock()
{
    // The count of those that wait may be wrong behind an exit without a fence. It decides how long they spin, and no more.
    private SpinLock _lock = new(enableThreadOwnerTracking: false);

    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Scope Hold()
    {
        bool held = false;
        _lock.Enter(ref held);
        return new Scope(ref _lock);
    }

    internal readonly ref struct Scope
    {
        private readonly ref SpinLock _lock;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Scope(ref SpinLock held) => _lock = ref held;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Dispose() => _lock.Exit(useMemoryBarrier: false);
    }
}
