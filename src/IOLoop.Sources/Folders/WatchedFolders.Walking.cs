using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Folders;

/// <summary>Finding folders. Each is opened, then watched, then listed: so nothing appears in it unseen.</summary>
internal sealed partial class WatchedFolders
{
    private const int ELOOP = 40;

    private readonly List<WatchedFolder> _settling = []; // those with Known

    /// <summary>All events that were read are handled. Of folders that were listed before, nothing can be reported twice any more.</summary>
    internal void Settle()
    {
        _settling.RemoveAll(folder =>
        {
            if (folder.Horizon > BytesRead)
                return false;
            folder.Known = null;
            return true;
        });
    }

    /// <summary>Watches a folder that is given to Add.</summary>
    private WatchedFolder WatchAdded(string path, bool includeSubfolders, FolderWalk walk)
    {
        _byPath.TryGetValue(path, out var folder);
        using var open = OpenFolder.TryOpen(path, follow: folder?.Parent is null, out int errno) ?? throw CannotWatch(path, errno);
        int watch = Watch(open);
        if (folder is null)
            folder = Place(path, RawPath.NameOf(path), ParentOf(path));
        Assign(folder, watch);
        folder.NoteAdded(includeSubfolders); // before it is listed: what is created from here on comes by events
        if (folder.IncludesSubfolders && !folder.IsWalked)
            ListAdded(folder, open, walk);
        return folder;
    }

    private void ListAdded(WatchedFolder folder, OpenFolder open, FolderWalk walk)
    {
        try
        {
            List(folder, open, walk);
        }
        catch
        {
            TakeBack(folder); // Add promises that nothing was added
            throw;
        }
    }

    /// <summary>Watches a new folder with all that is in it, on the loop. A failure reaches the consumer.</summary>
    private void Walk(WatchedFolder parent, string name)
    {
        using var walk = new FolderWalk(WalkKind.Reporting);
        walk.Left.Enqueue((parent, name));
        Walk(walk);
    }

    private void Walk(FolderWalk walk)
    {
        while (walk.Left.TryDequeue(out var next))
        {
            try
            {
                Visit(next.Parent, next.Name, walk);
            }
            catch (IOException exception)
            {
                changes.Fail(exception);
            }
        }
    }

    private void Visit(WatchedFolder parent, string name, FolderWalk walk)
    {
        var folder = parent.Child(name);
        if (parent.IsGone || !parent.IncludesSubfolders || (walk.Kind == WalkKind.Silent && folder is { IsWalked: true }))
            return;
        using var open = OpenParent(parent, walk, out int errno)?.TryOpen(name, out errno);
        if (open is null)
        {
            Miss(parent, name, errno);
            return;
        }
        int watch = Watch(open);
        string path = parent.PathOf(name);
        parent.Unopened?.Remove(name);
        folder ??= _byPath.TryGetValue(path, out var alone) ? Adopt(alone, parent) : Place(path, name, parent);
        Assign(folder, watch);
        List(folder, open, walk);
    }

    /// <summary>
    /// A subfolder is opened in its parent and not by its path, which may belong to another folder by now. That the parent itself still has its
    /// path shows the watch: it is the same for the same folder.
    /// </summary>
    private OpenFolder? OpenParent(WatchedFolder parent, FolderWalk walk, out int errno)
    {
        errno = Errno.Ok;
        if (walk.OpenedWatch == parent.Watch)
            return walk.Opened;
        var open = OpenFolder.TryOpen(parent.Path, follow: parent.Parent is null, out errno);
        if (open is null)
            return null;
        int watch = inotify.Watch(open, out _);
        if (watch == parent.Watch)
        {
            walk.Keep(open, watch);
            return open;
        }
        open.Dispose();
        if (watch >= 0)
            ReleaseUnused(watch);
        errno = Errno.ENOENT;
        return null;
    }

    private static void Miss(WatchedFolder parent, string name, int errno)
    {
        switch (errno)
        {
            case Errno.ENOENT or Errno.ENOTDIR or ELOOP:
                (parent.Unopened ??= []).Add(name);
                break;
            case Errno.EACCES or Errno.EPERM:
                break; // its content is not for this user
            default:
                throw CannotWatch(parent.PathOf(name), errno);
        }
    }

    private void List(WatchedFolder folder, OpenFolder open, FolderWalk walk)
    {
        var entries = open.ReadEntries();
        folder.Horizon = BytesRead + inotify.UnreadBytes;
        bool isDeep = folder.IncludesSubfolders;
        bool isReporting = walk.Kind == WalkKind.Reporting;
        if (isReporting && folder.Known is null)
        {
            folder.Known = [];
            _settling.Add(folder);
        }
        foreach (var (name, isFolder) in entries)
        {
            if (isReporting && folder.Known!.Add(name))
                changes.Add(FolderChangeKind.Created, folder.PathOf(name), isFolder);
            if (isDeep && isFolder)
                walk.Left.Enqueue((folder, name));
        }
        if (walk.Kind == WalkKind.Renewing)
            DropMissing(folder, entries);
        folder.IsWalked = isDeep;
    }

    private void DropMissing(WatchedFolder folder, List<(string Name, bool IsFolder)> entries)
    {
        if (folder.Children is not { Count: > 0 } children)
            return;
        var present = entries.Where(entry => entry.IsFolder).Select(entry => entry.Name).ToHashSet();
        foreach (var child in children.Values.Where(child => !present.Contains(child.Name)).ToList())
            Drop(child);
    }

    /// <summary>Events were lost: looks at all folders again.</summary>
    internal void Renew()
    {
        foreach (var folder in _byPath.Values.Where(folder => folder.IsAdded).ToList())
        {
            if (!folder.IsGone && folder.IsAdded && folder.Parent is not { IncludesSubfolders: true })
                Renew(folder);
        }
    }

    private void Renew(WatchedFolder folder)
    {
        using var walk = new FolderWalk(WalkKind.Renewing);
        using (var open = OpenFolder.TryOpen(folder.Path, follow: folder.Parent is null, out int errno))
        {
            if (open is null)
            {
                if (errno is Errno.ENOENT or Errno.ENOTDIR or ELOOP)
                    Drop(folder);
                else
                    changes.Fail(CannotWatch(folder.Path, errno));
                return;
            }
            int watch = inotify.Watch(open, out _);
            if (watch != folder.Watch)
            {
                Drop(folder); // another folder has its path
                if (watch >= 0)
                    ReleaseUnused(watch);
                return;
            }
            if (folder.IncludesSubfolders && !TryList(folder, open, walk))
                return;
        }
        Walk(walk);
    }

    /// <returns>False: the failure reaches the consumer.</returns>
    private bool TryList(WatchedFolder folder, OpenFolder open, FolderWalk walk)
    {
        try
        {
            List(folder, open, walk);
            return true;
        }
        catch (IOException exception)
        {
            changes.Fail(exception);
            return false;
        }
    }

    private int Watch(OpenFolder open)
    {
        int watch = inotify.Watch(open, out int errno);
        return watch >= 0 ? watch : throw CannotWatch(open.Path, errno);
    }

    /// <summary>The path is that of the folder with this watch.</summary>
    private void Assign(WatchedFolder folder, int watch)
    {
        if (folder.Watch == watch)
            return;
        if (folder.Watch >= 0)
            Withdraw(folder);
        SetWatch(folder, watch);
    }

    /// <summary>
    /// It is another folder than it was taken for, as the events that are still to come will say, or as those said that were lost. So what was
    /// reported as being in it is not there.
    /// </summary>
    private void Withdraw(WatchedFolder folder)
    {
        foreach (string name in folder.Known ?? [])
            changes.Add(FolderChangeKind.Deleted, folder.PathOf(name), folder.Child(name) is not null);
        foreach (var child in folder.Children?.Values.ToList() ?? [])
            Drop(child);
        ReportGone(folder, folder.Path);
        ReleaseWatch(folder);
        folder.IsWalked = false;
        folder.Known = null;
        folder.Unopened = null;
    }

    private WatchedFolder Place(string path, string name, WatchedFolder? parent)
    {
        var folder = new WatchedFolder(path, name);
        _byPath[path] = folder;
        return parent is null ? folder : Adopt(folder, parent);
    }

    private static WatchedFolder Adopt(WatchedFolder folder, WatchedFolder parent)
    {
        folder.Parent = parent;
        (parent.Children ??= new Dictionary<string, WatchedFolder>(StringComparer.Ordinal))[folder.Name] = folder;
        return folder;
    }

    private WatchedFolder? ParentOf(string path) => RawPath.ParentOf(path) is { } parent ? _byPath.GetValueOrDefault(parent) : null;

    private static IOException CannotWatch(string path, int errno)
    {
        string what = $"Watching the folder '{RawPath.Display(path)}' failed: {Errno.Describe(errno)}.";
        return new IOException(errno == Errno.ENOSPC
            ? what + " This user has no inotify watches left. Raise the sysctl fs.inotify.max_user_watches, or watch fewer folders."
            : what, errno);
    }
}
