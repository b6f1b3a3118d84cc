using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Folders;

/// <summary>Following events, on the loop's thread and under the lock.</summary>
internal sealed partial class WatchedFolders
{
    /// <summary>Anything but a move whose other half is known.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="leavesLater">Whether events that were read say that the name disappears again.</param>
    internal void Follow(in InotifyEvent happened, bool leavesLater)
    {
        if (happened.Has(InotifyMask.QueueOverflow))
        {
            Renew(); // first, so that a consumer that lists the folders when it gets the change misses nothing
            changes.AddOverflow();
            return;
        }
        foreach (var folder in SharersOf(happened.Watch))
        {
            if (folder.IsGone)
                continue;
            if (happened.Name.Length == 0)
                FollowSelf(folder, happened);
            else if (happened.Has(InotifyMask.Create | InotifyMask.MovedTo))
                Appear(folder, happened, leavesLater);
            else if (happened.Has(InotifyMask.Delete | InotifyMask.MovedFrom))
                Disappear(folder, happened);
            else
                Change(folder, happened);
        }
    }

    /// <summary>A move between two watched folders, which may be the same.</summary>
    internal void FollowMove(in InotifyEvent from, in InotifyEvent to, bool leavesLater)
    {
        var sources = SharersOf(from.Watch).ToList();
        foreach (var target in SharersOf(to.Watch))
        {
            if (target.IsGone)
                continue;
            // One move of a folder that is watched under several paths: a target pairs with the source of its own path.
            int index = sources.IndexOf(target);
            var source = sources.Count == 0 ? null : sources[Math.Max(index, 0)];
            if (source is not null)
                sources.Remove(source);
            if (source is null or { IsGone: true } || !IsKnown(source, from))
                Appear(target, to, leavesLater);
            else
                Move(source, from, target, to, leavesLater);
        }
        foreach (var source in sources.Where(source => !source.IsGone))
            Disappear(source, from);
    }

    private WatchedFolder[] SharersOf(int watch) => _byWatch.TryGetValue(watch, out var sharers) ? [.. sharers] : [];

    private void FollowSelf(WatchedFolder folder, in InotifyEvent happened)
    {
        if (happened.Has(InotifyMask.Ignored))
            Drop(folder);
        else if (folder.Parent is not null)
            return; // the parent's events say the same, with a name
        else if (happened.Has(InotifyMask.MoveSelf))
            Drop(folder);
        else if (happened.Has(InotifyMask.Attributes))
            changes.Add(FolderChangeKind.AttributesChanged, folder.Path, isFolder: true);
    }

    private void Appear(WatchedFolder folder, in InotifyEvent happened, bool leavesLater)
    {
        if (!AddKnown(folder, happened))
            return; // the listing has reported it
        changes.Add(FolderChangeKind.Created, folder.PathOf(happened.Name), happened.IsFolder);
        if (happened.IsFolder)
            Enter(folder, happened.Name, leavesLater);
    }

    /// <summary>A subfolder is new: watches it and reports what is in it.</summary>
    private void Enter(WatchedFolder folder, string name, bool leavesLater)
    {
        if (!folder.IncludesSubfolders)
            return;
        if (leavesLater)
            (folder.Unopened ??= []).Add(name); // another folder may have its path by now. Its next event says where it is
        else
            Walk(folder, name);
    }

    private void Disappear(WatchedFolder folder, in InotifyEvent happened)
    {
        EnsureReported(folder, happened);
        folder.Known?.Remove(happened.Name);
        folder.Unopened?.Remove(happened.Name);
        changes.Add(FolderChangeKind.Deleted, folder.PathOf(happened.Name), happened.IsFolder);
        if (happened.IsFolder && folder.Child(happened.Name) is { } child)
            Drop(child);
    }

    private void Change(WatchedFolder folder, in InotifyEvent happened)
    {
        EnsureReported(folder, happened);
        string path = folder.PathOf(happened.Name);
        if (happened.Has(InotifyMask.Modify))
            changes.Add(FolderChangeKind.Modified, path, happened.IsFolder);
        if (happened.Has(InotifyMask.CloseWrite))
            changes.Add(FolderChangeKind.Written, path, happened.IsFolder);
        if (happened.Has(InotifyMask.Attributes))
            changes.Add(FolderChangeKind.AttributesChanged, path, happened.IsFolder);
    }

    private void Move(WatchedFolder source, in InotifyEvent from, WatchedFolder target, in InotifyEvent to, bool leavesLater)
    {
        source.Known?.Remove(from.Name);
        source.Unopened?.Remove(from.Name);
        AddKnown(target, to);
        changes.Add(FolderChangeKind.Moved, target.PathOf(to.Name), to.IsFolder, source.PathOf(from.Name));
        var moved = source.Child(from.Name);
        if (target.Child(to.Name) is { } replaced && replaced != moved)
            Drop(replaced);
        if (!to.IsFolder)
            return;
        // No kernel moves a folder into itself, but events that contradict each other may say so: then it is found again below its new parent.
        if (moved is { IsWalked: true } && target.IncludesSubfolders && !target.IsWithin(moved))
        {
            Relocate(moved, target, to.Name);
            Check(moved, to, leavesLater);
            return;
        }
        if (moved is not null)
            Drop(moved);
        if (!target.IsGone)
            Enter(target, to.Name, leavesLater);
    }

    private void Relocate(WatchedFolder moved, WatchedFolder target, string name)
    {
        moved.Parent!.Children!.Remove(moved.Name);
        moved.Name = name;
        Adopt(moved, target);
        foreach (var folder in Subtree(moved, into: _ => true))
        {
            ReportGone(folder, folder.Path);
            if (_byPath.TryGetValue(folder.Path, out var known) && known == folder)
                _byPath.Remove(folder.Path);
            folder.Path = folder.Parent!.PathOf(folder.Name);
            _byPath[folder.Path] = folder;
        }
    }

    /// <summary>
    /// A folder that was opened after its move may be another one, which had its name by then: its new path says which. What could not be opened
    /// below may have a path now.
    /// </summary>
    private void Check(WatchedFolder moved, in InotifyEvent to, bool leavesLater)
    {
        if (to.Offset < moved.Horizon && !leavesLater && !HasItsPath(moved))
            Walk(moved.Parent!, moved.Name);
        foreach (var folder in Subtree(moved, into: _ => true))
        {
            foreach (string name in folder.Unopened?.ToList() ?? [])
                Walk(folder, name);
        }
    }

    private bool HasItsPath(WatchedFolder folder)
    {
        using var open = OpenFolder.TryOpen(folder.Path, follow: false, out _);
        if (open is null)
            return true; // moved again, or deleted: its event is still to come
        int watch = inotify.Watch(open, out _);
        if (watch == folder.Watch || watch < 0)
            return true;
        ReleaseUnused(watch);
        return false;
    }

    /// <summary>Whether the event is from before the listing of a new folder, which may show what it says.</summary>
    private static bool IsListed(WatchedFolder folder, in InotifyEvent happened) => folder.Known is not null && happened.Offset < folder.Horizon;

    private static bool IsKnown(WatchedFolder folder, in InotifyEvent happened) =>
        !IsListed(folder, happened) || folder.Known!.Contains(happened.Name);

    /// <returns>Whether it is news.</returns>
    private static bool AddKnown(WatchedFolder folder, in InotifyEvent happened)
    {
        bool isNew = folder.Known?.Add(happened.Name) ?? true;
        return isNew || !IsListed(folder, happened);
    }

    /// <summary>What was in a new folder before it was watched, and had disappeared when it was listed, is reported by its first event.</summary>
    private void EnsureReported(WatchedFolder folder, in InotifyEvent happened)
    {
        if (IsKnown(folder, happened))
            return;
        folder.Known!.Add(happened.Name);
        changes.Add(FolderChangeKind.Created, folder.PathOf(happened.Name), happened.IsFolder);
    }
}
