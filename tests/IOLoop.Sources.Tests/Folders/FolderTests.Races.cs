using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Folders;

public abstract partial class FolderTests
{
    /// <summary>Another thread makes trees while the loop discovers them: nothing in them is missed, and nothing reported twice.</summary>
    [Fact]
    public void What_is_made_in_new_folders_meanwhile_is_reported_once_each() => InLoop("changes", async () =>
    {
        using var watch = NewWatch(capacity: 1 << 20);
        watch.Add(Root, includeSubfolders: true);
        var created = new List<string>();
        foreach (int round in Bounded.Rounds(25))
        {
            created.Clear();
            var making = Task.Run(() => MakeTree($"r{round}"));
            await Within(TakeAll(watch, change => created.Add(InBrief(change)), $"r{round}.end"));
            await making;
            created.RemoveAll(change => change[0] is not '+');
            created.Order().ShouldBe(making.Result.Order());
            NoteProgress();
        }
    });

    /// <summary>Folders are renamed, deleted and made again under the loop's feet. In the end each that is left is watched under its path.</summary>
    [Fact]
    public void Folders_that_move_while_they_are_discovered_are_watched_in_the_end() => InLoop("changes", async () =>
    {
        using var watch = NewWatch(capacity: 1 << 20);
        watch.Add(Root, includeSubfolders: true);
        foreach (int round in Bounded.Rounds(25))
        {
            string top = $"r{round}";
            var shuffling = Task.Run(() => Shuffle(top, new Random(round)));
            var seen = new HashSet<string>();
            await Within(TakeAll(watch, change => Apply(seen, change), $"{top}.end"));
            await shuffling;
            string[] folders = [.. Directory.GetDirectories(In(top), "*", SearchOption.AllDirectories).Order()];
            seen.Where(path => path.StartsWith(In(top) + "/", StringComparison.Ordinal)).Order().ToArray().ShouldBe(
                folders, $"round {round}: the changes do not add up to what is there");
            foreach (string folder in folders)
                Directory.CreateDirectory(Path.Combine(folder, "probe"));
            var probed = new List<string>();
            MakeFolder($"{top}.last");
            await Within(TakeAll(watch, change => probed.Add(change.Path), $"{top}.last"));
            probed.Order().ShouldBe(folders.Select(folder => Path.Combine(folder, "probe")).Order(), $"round {round}");
            Directory.Delete(In(top), recursive: true);
            NoteProgress();
        }
    });

    /// <summary>The kernel queues the halves of a move one after the other, and a read may come between.</summary>
    [Fact]
    public void A_move_is_never_torn_into_a_deletion_and_a_creation() => InLoop("moves", async () =>
    {
        const int Moves = 2000;
        using var watch = NewWatch(capacity: 1 << 20);
        watch.Add(Root);
        Write("a");
        await ChangesOf(watch);
        var moving = Task.Run(() =>
        {
            for (int i = 0; i < Moves; i++)
                File.Move(In(i % 2 == 0 ? "a" : "b"), In(i % 2 == 0 ? "b" : "a"));
            MakeFolder("end");
        });
        var kinds = new List<FolderChangeKind>();
        await Within(TakeAll(watch, change => kinds.Add(change.Kind), "end"));
        await moving;
        kinds.Count.ShouldBe(Moves);
        kinds.Distinct().ShouldBe([FolderChangeKind.Moved]);
    });

    private static void Apply(HashSet<string> seen, FolderChange change)
    {
        if (change.Kind == FolderChangeKind.Created && change.IsFolder)
        {
            seen.Add(change.Path);
        }
        else if (change.Kind == FolderChangeKind.Deleted)
        {
            seen.RemoveWhere(path => path == change.Path || path.StartsWith(change.Path + "/", StringComparison.Ordinal));
        }
        else if (change.Kind == FolderChangeKind.Moved)
        {
            foreach (string path in seen.Where(path => path == change.OldPath || path.StartsWith(change.OldPath + "/", StringComparison.Ordinal)).ToList())
            {
                seen.Remove(path);
                seen.Add(change.Path + path[change.OldPath!.Length..]);
            }
        }
    }

    private List<string> MakeTree(string top)
    {
        var made = new List<string>();
        for (int i = 0; i < 4; i++)
        {
            for (int j = 0; j < 4; j++)
            {
                string folder = $"{top}/{i}/{j}";
                MakeFolder(folder);
                File.CreateSymbolicLink(In($"{folder}/f"), "nowhere");
                made.AddRange([$"+{folder}/", $"+{folder}/f"]);
            }
            made.Add($"+{top}/{i}/");
        }
        made.Add($"+{top}/");
        File.CreateSymbolicLink(In($"{top}.end"), "nowhere");
        return made;
    }

    private void Shuffle(string top, Random random)
    {
        string[] names = ["a", "b", "c"];
        MakeFolder(top);
        for (int i = 0; i < 60; i++)
        {
            string one = In($"{top}/{names[random.Next(3)]}");
            string other = In($"{top}/{names[random.Next(3)]}");
            if (random.Next(2) == 0)
                one += "/" + names[random.Next(3)];
            if (random.Next(2) == 0)
                other += "/" + names[random.Next(3)];
            switch (random.Next(4))
            {
                case 0 when Directory.Exists(one):
                    Directory.Delete(one, recursive: true);
                    break;
                case 1 or 2 when Directory.Exists(one) && !Directory.Exists(other) && Directory.Exists(Path.GetDirectoryName(other))
                    && !other.StartsWith(one + "/", StringComparison.Ordinal):
                    Directory.Move(one, other);
                    break;
                default:
                    Directory.CreateDirectory(one + "/" + names[random.Next(3)]);
                    break;
            }
        }
        File.CreateSymbolicLink(In($"{top}.end"), "nowhere");
    }

    private async Task TakeAll(FolderWatch watch, Action<FolderChange> take, string upTo)
    {
        await foreach (var change in watch)
        {
            if (change.Path == In(upTo))
                return;
            take(change);
        }
    }
}
