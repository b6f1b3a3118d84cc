using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Folders;

/// <summary>What a folder watch must do on every loop.</summary>
public abstract partial class FolderTests(LoopFixture fixture) : FolderHarness(fixture)
{
    [Fact]
    public void A_file_is_created_modified_written_and_deleted() => InLoop("changes", async () =>
    {
        using var watch = NewWatch();
        watch.Add(Root);
        Write("a");
        File.Delete(In("a"));
        (await ChangesOf(watch)).ShouldBe(["+a", "~a", "!a", "-a"]);
        Loop.IsOnLoopThread.ShouldBeTrue();
    });

    [Fact]
    public void What_is_there_already_is_not_reported() => InLoop("changes", async () =>
    {
        Write("a");
        MakeFolder("b/c");
        using var watch = WatchTree();
        MakeFolder("b/c/d");
        (await ChangesOf(watch)).ShouldBe(["+b/c/d/"]);
    });

    [Fact]
    public void A_modification_is_reported_once_until_it_is_taken() => InLoop("changes", async () =>
    {
        using var watch = NewWatch();
        using (var file = File.Create(In("a"), 1))
        {
            watch.Add(Root);
            for (int i = 0; i < 10; i++)
            {
                file.WriteByte(1);
                file.Flush();
                File.SetAttributes(In("a"), i % 2 == 0 ? FileAttributes.ReadOnly : FileAttributes.Normal); // or the kernel itself merges them
            }
            (await ChangesOf(watch)).Count(change => change == "~a").ShouldBe(1);
            file.WriteByte(1);
            file.Flush();
            (await ChangesOf(watch)).ShouldBe(["~a"]);
        }
        (await ChangesOf(watch)).ShouldBe(["!a"]);
    });

    [Fact]
    public void Another_file_of_the_same_name_is_modified_anew() => InLoop("changes", async () =>
    {
        using var watch = NewWatch();
        watch.Add(Root);
        Write("a");
        File.Delete(In("a"));
        Write("a");
        (await ChangesOf(watch)).ShouldBe(["+a", "~a", "!a", "-a", "+a", "~a", "!a"]);
    });

    [Fact]
    public void A_move_is_one_change_with_both_paths() => InLoop("changes", async () =>
    {
        MakeFolder("one");
        MakeFolder("two");
        Write("one/a");
        using var watch = WatchTree();
        File.Move(In("one/a"), In("two/b"));
        File.Move(In("two/b"), In("two/c"));
        (await ChangesOf(watch)).ShouldBe(["one/a>two/b", "two/b>two/c"]);
    });

    [Fact]
    public void A_move_out_is_a_deletion_and_what_follows_stays_in_order() => InLoop("changes", async () =>
    {
        MakeFolder("in");
        MakeFolder("out");
        Write("in/a");
        using var watch = NewWatch();
        watch.Add(In("in"));
        File.Move(In("in/a"), In("out/a"));
        File.Move(In("out/a"), In("in/a"));
        (await ChangesOf(watch, "in/marker")).ShouldBe(["-in/a", "+in/a"]);
    });

    [Fact]
    public void A_folder_that_is_moved_in_is_created_with_what_is_in_it() => InLoop("changes", async () =>
    {
        MakeFolder("in");
        MakeFolder("out/x/y");
        Write("out/x/y/a");
        using var watch = NewWatch();
        watch.Add(In("in"), includeSubfolders: true);
        Directory.Move(In("out/x"), In("in/x"));
        (await ChangesOf(watch, "in/marker")).ShouldBe(["+in/x/", "+in/x/y/", "+in/x/y/a"]);
        Write("in/x/y/b");
        (await ChangesOf(watch, "in/marker")).ShouldBe(["+in/x/y/b", "~in/x/y/b", "!in/x/y/b"]);
    });

    [Fact]
    public void A_moved_folder_reports_its_new_path() => InLoop("changes", async () =>
    {
        MakeFolder("x/y");
        MakeFolder("z");
        using var watch = WatchTree();
        Directory.Move(In("x"), In("z/w"));
        Write("z/w/y/a");
        (await ChangesOf(watch)).ShouldBe(["x>z/w/", "+z/w/y/a", "~z/w/y/a", "!z/w/y/a"]);
    });

    [Fact]
    public void A_folder_that_is_moved_out_is_not_watched_any_more() => InLoop("changes", async () =>
    {
        MakeFolder("in/x/y");
        MakeFolder("out");
        using var watch = NewWatch();
        watch.Add(In("in"), includeSubfolders: true);
        Directory.Move(In("in/x"), In("out/x"));
        (await ChangesOf(watch, "in/marker")).ShouldBe(["-in/x/"]);
        Write("out/x/y/a");
        (await ChangesOf(watch, "in/marker")).ShouldBeEmpty();
    });

    [Fact]
    public void New_folders_are_watched_and_what_is_in_them_is_reported_once() => InLoop("changes", async () =>
    {
        using var watch = WatchTree();
        MakeFolder("a/b/c"); // all before the loop reads
        Write("a/b/c/f");
        (await ChangesOf(watch)).ShouldBe(["+a/", "+a/b/", "+a/b/c/", "+a/b/c/f"]);
        Write("a/b/c/f");
        MakeFolder("a/b/d");
        (await ChangesOf(watch)).ShouldBe(["~a/b/c/f", "!a/b/c/f", "+a/b/d/"]);
    });

    [Fact]
    public void A_folder_that_moved_on_before_it_was_seen_is_not_mistaken_for_its_successor() => InLoop("changes", async () =>
    {
        using var watch = WatchTree();
        MakeFolder("a/one"); // all before the loop reads
        Directory.Move(In("a"), In("b"));
        Directory.Move(In("b"), In("c"));
        MakeFolder("a/two");
        (await ChangesOf(watch)).ShouldBe(["+a/", "a>b/", "b>c/", "+c/one/", "+a/", "+a/two/"]);
        MakeFolder("c/one/x");
        MakeFolder("a/two/x");
        (await ChangesOf(watch)).ShouldBe(["+c/one/x/", "+a/two/x/"]);
    });

    [Fact]
    public void Subfolders_are_left_out_unless_they_are_asked_for() => InLoop("changes", async () =>
    {
        MakeFolder("a");
        using var watch = NewWatch();
        watch.Add(Root);
        Write("a/f");
        MakeFolder("b");
        Write("b/f");
        (await ChangesOf(watch)).ShouldBe(["+b/"]);
    });

    [Fact]
    public void Links_to_folders_are_not_followed() => InLoop("changes", async () =>
    {
        MakeFolder("out");
        MakeFolder("in");
        Directory.CreateSymbolicLink(In("in/old"), In("out"));
        using var watch = NewWatch();
        watch.Add(In("in"), includeSubfolders: true);
        Directory.CreateSymbolicLink(In("in/new"), In("out"));
        (await ChangesOf(watch, "in/marker")).ShouldBe(["+in/new"]);
        Write("out/a");
        (await ChangesOf(watch, "in/marker")).ShouldBeEmpty();
    });

    [Fact]
    public void Changed_attributes_are_reported_once() => InLoop("changes", async () =>
    {
        MakeFolder("a");
        Write("f");
        using var watch = WatchTree();
        File.SetAttributes(In("f"), FileAttributes.ReadOnly);
        File.SetLastWriteTimeUtc(In("a"), DateTime.UnixEpoch);
        File.SetLastWriteTimeUtc(Root, DateTime.UnixEpoch);
        (await ChangesOf(watch)).ShouldBe(["@f", "@a/", "@./"]);
    });
}
