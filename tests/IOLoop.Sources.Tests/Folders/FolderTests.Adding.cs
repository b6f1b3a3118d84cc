using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Folders;

public abstract partial class FolderTests
{
    [Fact]
    public void Nested_and_repeated_folders_are_reported_once_and_removed_one_by_one() => InLoop("changes", async () =>
    {
        MakeFolder("a/b/c");
        using var watch = NewWatch();
        watch.Add(Root);
        watch.Add(In("a"), includeSubfolders: true);
        watch.Add(In("a/b"));
        watch.Add(In("a/b") + "/", includeSubfolders: true);
        MakeFolder("a/b/c/1");
        (await ChangesOf(watch)).ShouldBe(["+a/b/c/1/"]);
        watch.Remove(In("a"));
        MakeFolder("a/2");
        MakeFolder("a/b/2");
        MakeFolder("a/b/c/2");
        (await ChangesOf(watch)).ShouldBe(["+a/b/2/", "+a/b/c/2/"]);
        watch.Remove(In("a/b"));
        MakeFolder("a/b/3");
        MakeFolder("a/b/c/3");
        (await ChangesOf(watch)).ShouldBe(["+a/b/3/"]);
        watch.Remove(In("a/b"));
        watch.Remove(In("a/b"));
        watch.Remove(In("nothing"));
        MakeFolder("a/b/4");
        MakeFolder("4");
        (await ChangesOf(watch)).ShouldBe(["+4/"]);
    });

    [Fact]
    public void A_tree_that_is_added_over_a_folder_takes_it_in() => InLoop("changes", async () =>
    {
        MakeFolder("a/b");
        using var watch = NewWatch();
        watch.Add(In("a/b"));
        watch.Add(Root, includeSubfolders: true);
        MakeFolder("a/b/c/d");
        (await ChangesOf(watch)).ShouldBe(["+a/b/c/", "+a/b/c/d/"]);
        watch.Remove(In("a/b"));
        MakeFolder("a/b/c/d/e");
        (await ChangesOf(watch)).ShouldBe(["+a/b/c/d/e/"]);
    });

    [Fact]
    public void Only_a_folder_that_was_added_is_reported_as_gone() => InLoop("changes", async () =>
    {
        MakeFolder("a/b/c");
        using var watch = WatchTree();
        watch.Add(In("a/b"));
        Directory.Delete(In("a/b/c"));
        Directory.Delete(In("a/b"));
        (await ChangesOf(watch)).ShouldBe(["-a/b/c/", "-a/b/", "xa/b/"], ignoreOrder: true);
        MakeFolder("a/b/d");
        (await ChangesOf(watch)).ShouldBe(["+a/b/", "+a/b/d/"]);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_given_folder_that_is_deleted_or_moved_has_gone(bool isDeleted) => InLoop("changes", async () =>
    {
        MakeFolder("given/sub");
        MakeFolder("other");
        using var watch = NewWatch();
        watch.Add(In("other"));
        watch.Add(In("given"), includeSubfolders: true);
        watch.Add(In("given"));
        if (isDeleted)
            Directory.Delete(In("given"), recursive: true);
        else
            Directory.Move(In("given"), In("moved"));
        var changes = await ChangesOf(watch, "other/marker");
        changes.ShouldBe(isDeleted ? ["-given/sub/", "xgiven/"] : ["xgiven/"]);
        MakeFolder("given");
        MakeFolder("given/new");
        if (!isDeleted)
            MakeFolder("moved/sub/new");
        (await ChangesOf(watch, "other/marker")).ShouldBeEmpty();
        watch.Add(In("given"));
        MakeFolder("given/newer");
        (await ChangesOf(watch, "other/marker")).ShouldBe(["+given/newer/"]);
    });

    [Fact]
    public void A_folder_that_was_made_anew_can_be_added_before_the_old_one_is_reported_gone() => InLoop("changes", async () =>
    {
        MakeFolder("given/old");
        MakeFolder("other");
        using var watch = NewWatch();
        watch.Add(In("other"));
        watch.Add(In("given"), includeSubfolders: true);
        Directory.Move(In("given"), In("moved"));
        MakeFolder("given");
        watch.Add(In("given"), includeSubfolders: true);
        MakeFolder("given/new");
        MakeFolder("moved/old/new");
        (await ChangesOf(watch, "other/marker")).ShouldBe(["xgiven/", "+given/new/"]);
    });

    [Fact]
    public void A_given_folder_that_moves_within_a_tree_has_gone_but_the_tree_watches_it() => InLoop("changes", async () =>
    {
        MakeFolder("a/b");
        using var watch = WatchTree();
        watch.Add(In("a"));
        Directory.Move(In("a"), In("z"));
        MakeFolder("z/b/c");
        (await ChangesOf(watch)).ShouldBe(["a>z/", "xa/", "+z/b/c/"]);
    });

    [Fact]
    public void A_folder_that_moves_to_where_subfolders_count_is_watched_from_then_on() => InLoop("changes", async () =>
    {
        MakeFolder("flat/x/y");
        MakeFolder("tree");
        using var watch = NewWatch();
        watch.Add(In("flat"));
        watch.Add(In("tree"), includeSubfolders: true);
        Directory.Move(In("flat/x"), In("tree/x"));
        MakeFolder("tree/x/y/z");
        (await ChangesOf(watch, "flat/marker")).ShouldBe(["flat/x>tree/x/", "+tree/x/y/", "+tree/x/y/z/"]);
        Directory.Move(In("tree/x"), In("flat/x"));
        MakeFolder("flat/x/y/w");
        (await ChangesOf(watch, "flat/marker")).ShouldBe(["tree/x>flat/x/"]);
    });

    [Fact]
    public void A_link_that_is_given_is_followed_and_reports_its_own_path() => InLoop("changes", async () =>
    {
        MakeFolder("real/sub");
        Directory.CreateSymbolicLink(In("link"), In("real"));
        using var watch = NewWatch();
        watch.Add(In("link"), includeSubfolders: true);
        watch.Add(In("real"));
        MakeFolder("real/a");
        (await ChangesOf(watch, "real/marker")).Order().ShouldBe(["+link/a/", "+link/marker", "+real/a/"]);
    });

    [Fact]
    public void What_is_no_folder_cannot_be_added()
    {
        Write("file");
        using var watch = NewWatch();
        Should.Throw<IOException>(() => watch.Add(In("missing"))).HResult.ShouldBe(2);
        var thrown = Should.Throw<IOException>(() => watch.Add(In("file")));
        thrown.HResult.ShouldBe(20);
        thrown.Message.ShouldContain(In("file"));
        Should.Throw<ArgumentNullException>(() => watch.Add(null!));
        Should.Throw<ArgumentException>(() => watch.Add(""));
        Should.Throw<ArgumentOutOfRangeException>(() => new FolderWatch(Loop, 0));
        Should.Throw<ArgumentNullException>(() => new FolderWatch(null!));
    }
}
