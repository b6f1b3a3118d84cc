using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Folders;

/// <summary>Subfolders that are still to be opened, and the folder in which the last was.</summary>
internal sealed class FolderWalk(WalkKind kind) : IDisposable
{
    internal WalkKind Kind => kind;

    /// <summary>The oldest first, so that those of one parent follow each other.</summary>
    internal Queue<(WatchedFolder Parent, string Name)> Left { get; } = new();

    /// <summary>A parent that was opened and found to be the folder that is watched.</summary>
    internal OpenFolder? Opened { get; private set; }

    internal int OpenedWatch { get; private set; } = -1;

    internal void Keep(OpenFolder opened, int watch)
    {
        Dispose();
        Opened = opened;
        OpenedWatch = watch;
    }

    public void Dispose()
    {
        Opened?.Dispose();
        Opened = null;
        OpenedWatch = -1;
    }
}
