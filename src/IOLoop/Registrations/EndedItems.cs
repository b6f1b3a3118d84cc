using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops.Ownership;

namespace IOLoops.Registrations;

/// <summary>
/// What changes of the registrations have ended: waits that are over, and references of handles. A change runs no code of the user's,
/// for it may be made in the middle of a call of the user's: it notes them here, and the loop completes them between calls.
/// </summary>
/// <remarks>Changed on the loop's thread, or while the gate is held and no turn runs.</remarks>
internal sealed class EndedItems(HandleReleases releases)
{
    private readonly HandleReleases _releases = releases;
    private WaitList _waits; // to be completed in this order

    /// <summary>Whether there is any: each turn asks several times.</summary>
    internal bool Any => _waits.First is not null || _releases.Any;

    internal HandleReleases Releases => _releases;

    /// <summary>The wait to be completed next.</summary>
    internal ReadinessWaiter? FirstWait => _waits.First;

    internal void Add(ReadinessWaiter waiter) => _waits.Add(waiter);

    internal void Add(in WaitList waits) => _waits.Add(waits);

    internal ReadinessWaiter? TakeWait() => _waits.TakeFirst();

    /// <summary>Notes the reference that a registration holds, if it does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddReferenceOf(in HandlerRegistration registration)
    {
        if ((registration.Flags & RegistrationFlags.HoldsReference) != 0)
            _releases.Add((SafeHandle)registration.Object!);
    }

    internal WaitList TakeWaits()
    {
        var waits = _waits;
        _waits = default;
        return waits;
    }
}
