using IOLoops.Sources.Folders;
using IOLoops.Sources.Interop;
using Shouldly;

namespace IOLoops.Sources.Tests.Fuzzing;

/// <summary>A watched tree of folders a, a/c and b, which gets events of the kernel's and of a test's.</summary>
internal sealed class FollowedFolders : IDisposable
{
    private const int Capacity = 64;

    private readonly TemporaryFolder _folder = new();
    private readonly Inotify _inotify = new();
    private readonly ChangeBuffer _changes;
    private readonly WatchedFolders _folders;
    private readonly FolderEvents _events;

    internal FollowedFolders(IOLoop loop)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "a", "c"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "b"));
        _changes = new ChangeBuffer(loop, Capacity);
        _folders = new WatchedFolders(_inotify, _changes);
        _events = new FolderEvents(_inotify, _folders);
        _folders.Add(_folder.Path, includeSubfolders: true);
    }

    /// <summary>Follows records, read by read, and returns the changes.</summary>
    internal List<FolderChange> Follow(InotifyRecord[][] reads, Func<InotifyRecord, InotifyRecord> tamper)
    {
        lock (_folders.Gate)
        {
            foreach (var read in reads)
            {
                _events.Add(InotifyRecord.Bytes(read.Select(tamper)));
                if (_events.Follow(waitedUntil: 0))
                    _folders.Settle();
            }
            _events.Follow(waitedUntil: long.MaxValue).ShouldBeTrue("nothing more is waited for");
            _folders.Settle();
        }
        return Take();
    }

    internal void CheckPlausible(FolderChange change)
    {
        (change.OldPath is null).ShouldBe(change.Kind != FolderChangeKind.Moved);
        if (change.Kind == FolderChangeKind.Overflow)
            change.Path.ShouldBeEmpty();
        else
            CheckInside(change.Path);
        if (change.OldPath is { } old)
            CheckInside(old);
    }

    /// <summary>When the folder is added again, a new file in it is reported, whatever was said before.</summary>
    internal void CheckThatItWorks()
    {
        _folders.Remove(_folder.Path);
        _folders.Add(_folder.Path, includeSubfolders: true);
        lock (_folders.Gate)
        {
            while (_events.TryRead())
                continue;
            _events.Follow(long.MaxValue).ShouldBeTrue();
            _folders.Settle();
        }
        Take();
        string file = Path.Combine(_folder.Path, "a", "marker");
        File.WriteAllText(file, "x");
        lock (_folders.Gate)
        {
            _events.TryRead().ShouldBeTrue("the kernel reports it");
            _events.Follow(long.MaxValue).ShouldBeTrue();
        }
        Take().ShouldContain(new FolderChange(FolderChangeKind.Created, file, null, false));
    }

    public void Dispose()
    {
        _inotify.Dispose();
        _folder.Dispose();
    }

    private void CheckInside(string path) =>
        (path == _folder.Path || (path.StartsWith(_folder.Path + "/", StringComparison.Ordinal) && !path.Contains("..", StringComparison.Ordinal)))
            .ShouldBeTrue($"{path} is not in {_folder.Path}");

    private List<FolderChange> Take()
    {
        var taken = new List<FolderChange>();
        while (_changes.TryTake(out var change))
            taken.Add(change);
        taken.Count.ShouldBeLessThanOrEqualTo(Capacity + 1);
        return taken;
    }
}
