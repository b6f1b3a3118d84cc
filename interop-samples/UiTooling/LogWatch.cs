using IOLoops.Sources;

namespace IOLoops.Samples;

/// <summary>
/// A set of log files. It watches their folders: that way files are seen that do not exist yet, and the next one when a log is
/// rotated.
/// </summary>
internal sealed class LogWatch : IDisposable
{
    private readonly List<LogFile> _files = [];
    private readonly HashSet<LogFile> _unread = [];
    private readonly FolderWatch _watch;
    private readonly IOLoop _loop;
    private readonly Action<string> _show;

    /// <param name="loop">Runs on the calling thread.</param>
    /// <param name="paths">The files; their folders must exist.</param>
    /// <param name="show">Gets the lines, on the loop's thread.</param>
    /// <exception cref="IOException">A folder cannot be watched.</exception>
    internal LogWatch(IOLoop loop, IEnumerable<string> paths, Action<string> show)
    {
        _loop = loop;
        _show = show;
        _watch = new FolderWatch(loop);
        try
        {
            foreach (string path in paths)
                Add(path);
        }
        catch
        {
            Dispose();
            throw;
        }
        _loop.AddCallback(FollowAsync);
    }

    public void Dispose()
    {
        _watch.Dispose();
        foreach (var file in _files)
            file.Dispose();
        _files.Clear();
    }

    private void Add(string path)
    {
        var file = new LogFile(path, _show);
        // The watch first: what happens between the two is then seen, perhaps twice, which does no harm.
        _watch.Add(file.Folder);
        _files.Add(file);
        file.Open();
        ReadLater(file);
    }

    // A watch resumes its consumer on the loop in any case. Without its context that takes no callback, which the loop would
    // miss when it is closed right after the watch.
    private async Task FollowAsync()
    {
        await foreach (var change in _watch.ConfigureAwait(false))
            Apply(change);
    }

    private void Apply(FolderChange change)
    {
        if (change.Kind == FolderChangeKind.Overflow)
            ReadAllAfterLoss();
        foreach (var file in _files)
        {
            if (change.Kind == FolderChangeKind.FolderGone && file.Folder == change.Path)
                _show($"{file.Name}: (its folder is gone)");
            else if (file.Path == change.OldPath)
                file.TellLoss();
            else if (file.Path == change.Path)
                Apply(change.Kind, file);
            else
                continue;
            ReadLater(file);
        }
    }

    private static void Apply(FolderChangeKind kind, LogFile file)
    {
        if (kind is FolderChangeKind.Created or FolderChangeKind.Moved)
            file.Reopen();
        else if (kind == FolderChangeKind.Deleted)
            file.TellLoss();
    }

    // What was appended is there to be read. A rotation that went unnoticed is made up for by the next one.
    private void ReadAllAfterLoss()
    {
        _show("(files changed faster than this program could follow, and some changes are lost)");
        _files.ForEach(ReadLater);
    }

    // A piece per turn and file, so that a log that grows faster than it can be shown does not keep the UI's thread.
    private void ReadLater(LogFile file)
    {
        if (_unread.Add(file))
            _loop.AddCallback(Read, file);
    }

    private void Read(LogFile file)
    {
        _unread.Remove(file);
        if (_files.Count > 0 && file.ReadSome())
            ReadLater(file);
    }
}
