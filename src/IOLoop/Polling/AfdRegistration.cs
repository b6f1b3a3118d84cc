using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>A socket that an <see cref="AfdPoller"/> polls.</summary>
/// <param name="index">Its place in the poller, which its polls carry.</param>
internal sealed unsafe class AfdRegistration(int index)
{
    internal int Index { get; } = index;

    internal int Number { get; set; }

    internal ulong Token { get; set; }

    internal IOEvents Wanted { get; set; }

    /// <summary>The socket as the driver knows it.</summary>
    internal nint Socket { get; set; }

    internal AfdState State { get; set; }

    /// <summary>Whether it is in the list of those that are looked at before the next wait.</summary>
    internal bool IsListed { get; set; }

    /// <summary>Silent until it is modified.</summary>
    internal bool IsSuspended { get; set; }

    /// <summary>It was modified since its poll began: what that finds may be gone by now, so it is asked again.</summary>
    internal bool IsStale { get; set; }

    /// <summary>What the poll under way asks for.</summary>
    internal uint Asked { get; set; }

    /// <summary>What the last poll has found.</summary>
    internal uint Found { get; set; }

    /// <summary>The poll; null: none yet.</summary>
    internal AfdPoll* Poll { get; set; }
}
