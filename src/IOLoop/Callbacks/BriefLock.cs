using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace IOLoops.Callbacks;

/// <summary>
/// A lock for short sections that neither block nor call code of the user's; they may allocate. The holder must not take it again. A
/// <see cref="Lock"/> takes two interlocked operations, which are most of what a post costs; this one takes one.
/// </summary>
/// <remarks>
/// Taking it is a full fence. Leaving it is a write that no earlier write passes, and no fence: a caller that needs a fence adds one. The
/// models of tests/models have all locks so. A thread that finds it taken spins, then yields, then sleeps for a millisecond at a time. So a
/// holder that the system has stopped gets to run, also when the threads that wait have a higher priority.
/// </remarks>
internal struct BriefLock()
{
    // An exit without a fence may spoil the lock's count of waiting threads. That count decides how long they spin, and no more.
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
