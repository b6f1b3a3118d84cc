using System.Runtime.InteropServices;

namespace IOLoops.Ownership;

/// <summary>
/// References of handles that are to be released: that may close the handle, by its owner's <see cref="SafeHandle.ReleaseHandle"/>, and
/// so happens between calls and under no lock. Used on the loop's thread, or while the gate is held.
/// </summary>
/// <param name="loop">The loop that failures are reported to.</param>
internal sealed class HandleReleases(IOLoop loop)
{
    private static readonly Action<SafeHandle> Releasing = static handle => handle.DangerousRelease();

    private readonly List<SafeHandle> _handles = [];

    /// <summary>Whether there is any: each turn asks several times.</summary>
    internal bool Any { get; private set; }

    internal int Count => _handles.Count;

    internal void Add(SafeHandle handle)
    {
        _handles.Add(handle);
        Any = true;
    }

    /// <summary>Takes those that were added last.</summary>
    /// <param name="place">How many to leave.</param>
    internal SafeHandle[] TakeFrom(int place)
    {
        if (_handles.Count == place)
            return [];
        SafeHandle[] taken = [.. _handles[place..]];
        _handles.RemoveRange(place, taken.Length);
        Any = _handles.Count > 0;
        return taken;
    }

    /// <summary>Releases all, between calls. The loop's thread, under no lock.</summary>
    internal void ReleaseAll()
    {
        while (_handles.Count > 0)
        {
            var handle = _handles[^1];
            _handles.RemoveAt(_handles.Count - 1);
            Any = _handles.Count > 0;
            Release(handle);
        }
    }

    /// <summary>Releases one now.</summary>
    internal void Release(SafeHandle handle)
    {
        try
        {
            handle.DangerousRelease();
        }
        catch (Exception exception)
        {
            loop.ReportFailure(Releasing, exception); // of ReleaseHandle
        }
    }
}
