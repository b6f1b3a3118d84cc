using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Folders;

/// <summary>A folder that is watched under one path. The lock of <see cref="WatchedFolders"/> guards it. Paths and names are <see cref="RawPath"/>s.</summary>
internal sealed class WatchedFolder(string path, string name)
{
    private List<bool>? _additions; // for each Add that was not removed: whether it includes subfolders

    internal string Path { get; set; } = path;

    internal string Name { get; set; } = name;

    /// <summary>The folder that contains it, when that is watched and was seen to contain it.</summary>
    internal WatchedFolder? Parent { get; set; }

    internal Dictionary<string, WatchedFolder>? Children { get; set; }

    /// <summary>The kernel's number, which several paths of one folder share; -1: not yet.</summary>
    internal int Watch { get; set; } = -1;

    /// <summary>No longer watched.</summary>
    internal bool IsGone { get; set; }

    /// <summary>Its subfolders are watched.</summary>
    internal bool IsWalked { get; set; }

    /// <summary>Where the kernel's queue ended when the folder was listed: what earlier events say, the listing may show already.</summary>
    internal long Horizon { get; set; }

    /// <summary>Of a new folder, until the events from before its <see cref="Horizon"/> are handled: what was reported as being in it.</summary>
    internal HashSet<string>? Known { get; set; }

    /// <summary>
    /// Subfolders that had another path already when they were to be opened. The event of their move, or of a folder above, is still to come.
    /// </summary>
    internal HashSet<string>? Unopened { get; set; }

    /// <summary>Whether it was given to Add.</summary>
    internal bool IsAdded => _additions is { Count: > 0 };

    /// <summary>Whether it was given to Add with its subfolders.</summary>
    internal bool IsAddedWithSubfolders => _additions is not null && _additions.Contains(true);

    internal bool IncludesSubfolders
    {
        get
        {
            for (var folder = this; folder is not null; folder = folder.Parent)
            {
                if (folder.IsAddedWithSubfolders)
                    return true;
            }
            return false;
        }
    }

    /// <summary>Whether it is a folder, or below that.</summary>
    internal bool IsWithin(WatchedFolder top)
    {
        for (var folder = this; folder is not null; folder = folder.Parent)
        {
            if (folder == top)
                return true;
        }
        return false;
    }

    internal void NoteAdded(bool includeSubfolders) => (_additions ??= []).Add(includeSubfolders);

    /// <summary>Takes back the last addition.</summary>
    internal void NoteRemoved() => _additions!.RemoveAt(_additions.Count - 1);

    internal void ForgetAdditions() => _additions = null;

    internal WatchedFolder? Child(string name) => Children?.GetValueOrDefault(name);

    internal string PathOf(string name) => RawPath.Combine(Path, name);
}
