using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Folders;

/// <summary>The kernel's events, in order, with the halves of moves joined. On the loop's thread, under the lock of the folders.</summary>
internal sealed class FolderEvents(Inotify inotify, WatchedFolders folders)
{
    private const int BytesAtOnce = 64 * 1024;
    private const int MostBetween = 256; // events that other threads may get between the halves of a move

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BytesAtOnce);
    private readonly List<InotifyEvent> _events = [];
    private readonly Dictionary<(int Watch, string Name), int> _leaving = []; // for each folder that disappears: the index of the last event that says so

    /// <summary>Reads once.</summary>
    /// <returns>False: there was nothing to read.</returns>
    /// <exception cref="IOException">Reading failed, or returned what are no events.</exception>
    internal bool TryRead()
    {
        int count = inotify.Read(_buffer);
        if (count == 0)
            return false;
        Add(_buffer.AsSpan(0, count));
        return true;
    }

    /// <summary>Takes what one read has returned.</summary>
    internal void Add(ReadOnlySpan<byte> bytes)
    {
        InotifyEvent.Parse(bytes, folders.BytesRead, _events);
        folders.BytesRead += bytes.Length;
    }

    /// <summary>Follows what was read, as far as that is possible.</summary>
    /// <param name="waitedUntil">The first half of a move that was read before this offset has no second half.</param>
    /// <returns>False: the second half of a move may still come, and what follows the first half waits for it.</returns>
    internal bool Follow(long waitedUntil)
    {
        int next = 0;
        bool mustWait = false;
        NoteLeaving();
        for (; next < _events.Count && !mustWait; next++)
        {
            var happened = _events[next];
            if (happened.Has(InotifyMask.MovedFrom))
                mustWait = !FollowMove(next, waitedUntil);
            else if (happened.Mask != InotifyMask.None)
                folders.Follow(happened, LeavesLater(next, happened));
        }
        _events.RemoveRange(0, mustWait ? next - 1 : next);
        return !mustWait;
    }

    /// <summary>The halves are queued one after the other, but not in one step: those of other threads may come between, and so may a read.</summary>
    private bool FollowMove(int index, long waitedUntil)
    {
        var from = _events[index];
        int most = Math.Min(_events.Count, index + 1 + MostBetween);
        for (int i = index + 1; i < most; i++)
        {
            var to = _events[i];
            if (!to.Has(InotifyMask.MovedTo) || to.Cookie != from.Cookie)
                continue;
            _events[i] = to with { Mask = InotifyMask.None };
            folders.FollowMove(from, to, LeavesLater(i, to));
            return true;
        }
        if (from.Offset >= waitedUntil && _events.Count - index <= MostBetween)
            return false;
        folders.Follow(from, leavesLater: false);
        return true;
    }

    /// <summary>Looked up for each folder that appears: thousands may have been made before the loop reads.</summary>
    private void NoteLeaving()
    {
        _leaving.Clear();
        for (int i = 0; i < _events.Count; i++)
        {
            var happened = _events[i];
            if (happened.IsFolder && happened.Has(InotifyMask.Delete | InotifyMask.MovedFrom))
                _leaving[(happened.Watch, happened.Name)] = i;
        }
    }

    /// <summary>Whether a later event says that a folder that appears disappears again.</summary>
    private bool LeavesLater(int index, in InotifyEvent appears) =>
        appears.IsFolder && appears.Has(InotifyMask.Create | InotifyMask.MovedTo)
        && _leaving.TryGetValue((appears.Watch, appears.Name), out int last) && last > index;
}
