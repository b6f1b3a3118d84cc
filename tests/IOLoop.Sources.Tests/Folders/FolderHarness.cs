using IOLoops.Conformance;
using Shouldly;

namespace IOLoops.Sources.Tests.Folders;

/// <summary>A folder for a test, and the changes in it in short: <c>+</c> created, <c>~</c> modified, <c>!</c> written, <c>@</c> attributes,
/// <c>-</c> deleted, <c>old>new</c> moved, <c>x</c> a given folder has gone, <c>overflow</c>; folders end with a slash.</summary>
public abstract class FolderHarness : SourceHarness
{
    private string? _root;

    protected FolderHarness(LoopFixture fixture)
        : base(fixture) => SkipUnless(OperatingSystem.IsLinux(), "inotify is Linux's");

    protected string Root => _root ??= Directory.CreateTempSubdirectory("folders-").FullName;

    protected string In(string path) => Path.Combine(Root, path);

    protected FolderWatch NewWatch(int capacity = 4096) => Own(new FolderWatch(Loop, capacity));

    protected FolderWatch WatchTree()
    {
        var watch = NewWatch();
        watch.Add(Root, includeSubfolders: true);
        return watch;
    }

    protected string MakeFolder(string path) => Directory.CreateDirectory(In(path)).FullName;

    /// <summary>A file that is created with one write and closed.</summary>
    protected void Write(string path, string content = "x") => File.WriteAllText(In(path), content);

    /// <summary>The changes up to that of a file that is made now.</summary>
    protected async Task<List<string>> ChangesOf(FolderWatch watch, string marker = "marker")
    {
        ArgumentNullException.ThrowIfNull(watch);
        File.CreateSymbolicLink(In(marker), "nowhere"); // one event: Created
        var changes = await Within(Until(watch, In(marker)));
        File.Delete(In(marker));
        await Within(Until(watch, In(marker)));
        return changes;
    }

    protected string InBrief(FolderChange change)
    {
        string path = change.Path.Length == 0 ? "" : Path.GetRelativePath(Root, change.Path) + (change.IsFolder ? "/" : "");
        return change.Kind switch
        {
            FolderChangeKind.Created => "+" + path,
            FolderChangeKind.Modified => "~" + path,
            FolderChangeKind.Written => "!" + path,
            FolderChangeKind.AttributesChanged => "@" + path,
            FolderChangeKind.Deleted => "-" + path,
            FolderChangeKind.Moved => Path.GetRelativePath(Root, change.OldPath!) + ">" + path,
            FolderChangeKind.FolderGone => "x" + path,
            _ => "overflow",
        };
    }

    private async Task<List<string>> Until(FolderWatch watch, string path)
    {
        var changes = new List<string>();
        await foreach (var change in watch)
        {
            (change.OldPath is null).ShouldBe(change.Kind != FolderChangeKind.Moved);
            if (change.Path == path)
                return changes;
            changes.Add(InBrief(change));
        }
        throw new InvalidOperationException("the watch has ended");
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && _root is not null)
            Directory.Delete(_root, recursive: true);
    }
}
