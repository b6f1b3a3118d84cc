using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Folders;

/// <summary>
/// Which folders are watched, under which paths: a forest. Its other parts find folders (Walking) and follow events (Events).
/// </summary>
/// <remarks>
/// A folder is here once for each path, for whatever reasons: it was given to Add, once or several times, or is below one that was given
/// with its subfolders. It stays as long as there is a reason. The kernel has one watch for each folder, which folders of several paths
/// (by links above them, or mounts) share.
/// </remarks>
internal sealed partial class WatchedFolders(Inotify inotify, ChangeBuffer changes)
{
    private readonly Dictionary<string, WatchedFolder> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<int, List<WatchedFolder>> _byWatch = [];

    /// <summary>Guards the forest. Held for one folder at a time while Add walks a tree, so that the loop need not wait for all of it.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>How many bytes of events were read. Under the lock.</summary>
    internal long BytesRead { get; set; }

    /// <exception cref="IOException">It cannot be watched. Nothing was added.</exception>
    internal void Add(string path, bool includeSubfolders)
    {
        using var walk = new FolderWalk(WalkKind.Silent);
        WatchedFolder folder;
        lock (Gate)
            folder = WatchAdded(path, includeSubfolders, walk);
        try
        {
            while (walk.Left.TryDequeue(out var next))
            {
                lock (Gate)
                    Visit(next.Parent, next.Name, walk);
            }
        }
        catch
        {
            lock (Gate)
                TakeBack(folder);
            throw;
        }
    }

    internal void Remove(string path)
    {
        lock (Gate)
        {
            if (_byPath.TryGetValue(path, out var folder) && folder.IsAdded)
                TakeBack(folder);
        }
    }

    private void TakeBack(WatchedFolder folder)
    {
        if (folder.IsGone || !folder.IsAdded)
            return;
        folder.NoteRemoved();
        Prune(folder);
    }

    /// <summary>Ends the watching of folders for which there is no reason any more, here and below.</summary>
    private void Prune(WatchedFolder top)
    {
        if (top.IncludesSubfolders)
            return;
        foreach (var folder in Subtree(top, into: folder => !folder.IsAddedWithSubfolders))
        {
            if (folder.IsAddedWithSubfolders)
                continue;
            folder.IsWalked = false;
            folder.Unopened = null;
            if (!folder.IsAdded)
                Forget(folder);
        }
    }

    /// <summary>The folder has left this path, with all below it.</summary>
    private void Drop(WatchedFolder top)
    {
        foreach (var folder in Subtree(top, into: _ => true))
        {
            ReportGone(folder, folder.Path);
            Forget(folder);
        }
    }

    private void ReportGone(WatchedFolder folder, string path)
    {
        if (folder.IsAdded)
            changes.Add(FolderChangeKind.FolderGone, path, isFolder: true);
        folder.ForgetAdditions();
    }

    private void Forget(WatchedFolder folder)
    {
        folder.IsGone = true;
        folder.Parent?.Children!.Remove(folder.Name);
        foreach (var child in folder.Children?.Values ?? Enumerable.Empty<WatchedFolder>())
            child.Parent = null;
        if (_byPath.TryGetValue(folder.Path, out var known) && known == folder)
            _byPath.Remove(folder.Path);
        ReleaseWatch(folder);
    }

    /// <summary>All folders from the top down, as they are now.</summary>
    private static List<WatchedFolder> Subtree(WatchedFolder top, Func<WatchedFolder, bool> into)
    {
        var all = new List<WatchedFolder> { top };
        for (int i = 0; i < all.Count; i++)
        {
            if (all[i].Children is { } children && into(all[i]))
                all.AddRange(children.Values);
        }
        return all;
    }

    private void SetWatch(WatchedFolder folder, int watch)
    {
        folder.Watch = watch;
        if (!_byWatch.TryGetValue(watch, out var sharers))
            _byWatch.Add(watch, sharers = new List<WatchedFolder>(1));
        sharers.Add(folder);
    }

    private void ReleaseWatch(WatchedFolder folder)
    {
        if (folder.Watch < 0 || !_byWatch.TryGetValue(folder.Watch, out var sharers))
            return;
        sharers.Remove(folder);
        if (sharers.Count == 0)
            ReleaseUnused(folder.Watch);
        folder.Watch = -1;
    }

    /// <summary>The kernel need not watch what no path uses.</summary>
    private void ReleaseUnused(int watch)
    {
        if (_byWatch.TryGetValue(watch, out var sharers) && sharers.Count > 0)
            return;
        _byWatch.Remove(watch);
        inotify.Unwatch(watch);
    }
}
