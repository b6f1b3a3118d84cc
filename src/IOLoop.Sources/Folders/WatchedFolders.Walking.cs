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
    private WatchedFolder WatchAdded(string path, bool includeSubfolders, Stack<(WatchedFolder Parent, string Name)> left)
    {
        _byPath.TryGetValue(path, out var folder);
        using var open = OpenFolder.TryOpen(path, follow: folder?.Parent is null, out int errno) ?? throw CannotWatch(path, errno);
        int watch = Watch(open);
        if (folder is null)
            folder = Place(path, RawPath.NameOf(path), ParentOf(path));
        Assign(folder, watch);
        folder.NoteAdded(includeSubfolders); // before it is listed: what is created from here on comes by events
        if (folder.IncludesSubfolders && !folder.IsWalked)
            List(folder, open, WalkKind.Silent, left);
        return folder;
    }

    /// <summary>Watches a new folder with all that is in it, on the loop. A failure reaches the consumer.</summary>
    private void Walk(WatchedFolder parent, string name, WalkKind kind)
    {
        var left = new Stack<(WatchedFolder Parent, string Name)>();
        left.Push((parent, name));
        Walk(left, kind);
    }

    private void Walk(Stack<(WatchedFolder Parent, string Name)> left, WalkKind kind)
    {
        while (left.TryPop(out var next))
        {
            try
            {
                Visit(next.Parent, next.Name, kind, left);
            }
            catch (IOException exception)
            {
                changes.Fail(exception);
            }
        }
    }

    private void Visit(WatchedFolder parent, string name, WalkKind kind, Stack<(WatchedFolder Parent, string Name)> left)
    {
        var folder = parent.Child(name);
        if (parent.IsGone || !parent.IncludesSubfolders || (kind == WalkKind.Silent && folder is { IsWalked: true }))
            return;
        string path = parent.PathOf(name);
        using var open = OpenFolder.TryOpen(path, follow: false, out int errno);
        if (open is null)
        {
            Miss(parent, name, errno);
            return;
        }
        int watch = Watch(open);
        parent.Unopened?.Remove(name);
        folder ??= _byPath.TryGetValue(path, out var alone) ? Adopt(alone, parent) : Place(path, name, parent);
        Assign(folder, watch);
        List(folder, open, kind, left);
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

    private void List(WatchedFolder folder, OpenFolder open, WalkKind kind, Stack<(WatchedFolder Parent, string Name)> left)
    {
        var entries = open.ReadEntries();
        folder.Horizon = BytesRead + inotify.UnreadBytes;
        bool goOn = folder.IncludesSubfolders;
        if (kind == WalkKind.Reporting && folder.Known is null)
        {
            folder.Known = [];
            _settling.Add(folder);
        }
        foreach (var (name, isFolder) in entries)
        {
            if (kind == WalkKind.Reporting && folder.Known!.Add(name))
                changes.Add(FolderChangeKind.Created, folder.PathOf(name), isFolder);
            if (goOn && isFolder)
                left.Push((folder, name));
        }
        if (kind == WalkKind.Renewing)
            DropMissing(folder, entries);
        folder.IsWalked = goOn;
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
        var left = new Stack<(WatchedFolder Parent, string Name)>();
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
            if (folder.IncludesSubfolders)
                List(folder, open, WalkKind.Renewing, left);
        }
        Walk(left, WalkKind.Renewing);
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
        {
            // It was another folder, which the events that are still to come will say, or which they did not say because they were lost.
            foreach (var child in folder.Children?.Values.ToList() ?? [])
                Drop(child);
            ReportGone(folder, folder.Path);
            ReleaseWatch(folder);
            folder.IsWalked = false;
            folder.Known = null;
            folder.Unopened = null;
        }
        SetWatch(folder, watch);
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
