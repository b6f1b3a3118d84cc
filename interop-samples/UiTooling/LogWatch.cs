namespace IOLoops.Samples;

/// <summary>
/// A set of log files, told of by inotify. It watches their folders: that way files are seen that do not exist yet, and the
/// next one when a log is rotated.
/// </summary>
internal sealed class LogWatch : IDisposable
{
    private readonly Dictionary<int, List<LogFile>> _folders = [];
    private readonly HashSet<LogFile> _unread = [];
    private readonly Inotify _inotify = new();
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
        try
        {
            foreach (string path in paths)
                Add(path);
            _loop.AddHandler(_inotify.Handle, OnChange, IOEvents.Read);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private IEnumerable<LogFile> Files => _folders.Values.SelectMany(files => files);

    public void Dispose()
    {
        _loop.RemoveHandler(_inotify.Handle);
        _inotify.Dispose();
        foreach (var file in Files)
            file.Dispose();
        _folders.Clear();
    }

    private void Add(string path)
    {
        // The watch first: what happens between the two is then seen, perhaps twice, which does no harm.
        int watch = _inotify.Watch(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (!_folders.TryGetValue(watch, out var files))
            _folders.Add(watch, files = []);
        var file = new LogFile(path, _show);
        files.Add(file);
        file.Open();
        ReadLater(file);
    }

    private void OnChange(FileDescriptor fd, IOEvents events)
    {
        foreach (var change in _inotify.Read())
        {
            if ((change.Mask & InotifyMask.QueueOverflow) != 0)
                ReadAllAfterLoss();
            else if (_folders.TryGetValue(change.Watch, out var files))
                Apply(change, files);
        }
    }

    // What was appended is there to be read. A rotation that went unnoticed is made up for by the next one.
    private void ReadAllAfterLoss()
    {
        _show("(the kernel's queue of changes was full, and some are lost)");
        foreach (var file in Files)
            ReadLater(file);
    }

    private void Apply(InotifyEvent change, List<LogFile> files)
    {
        if ((change.Mask & InotifyMask.Ignored) != 0)
            files.ForEach(file => _show($"{file.Name}: (its folder is gone)"));
        foreach (var file in files.Where(file => file.Name == change.Name))
        {
            if ((change.Mask & (InotifyMask.Create | InotifyMask.MovedTo)) != 0)
                file.Reopen();
            else if ((change.Mask & (InotifyMask.Delete | InotifyMask.MovedFrom)) != 0)
                file.TellLoss();
            ReadLater(file);
        }
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
        if (_folders.Count > 0 && file.ReadSome())
            ReadLater(file);
    }
}
