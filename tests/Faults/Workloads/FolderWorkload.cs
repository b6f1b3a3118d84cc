using IOLoops;
using IOLoops.Sources;

namespace Faults.Workloads;

/// <summary>Watches a folder and its subfolders.</summary>
internal sealed class FolderWorkload : SourceWorkload
{
    internal override string Name => "folders";

    protected override IReadOnlyList<Func<IOLoop, Trial, Task>> Parts => [Watch];

    private static async Task Watch(IOLoop loop, Trial trial)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            foreach (string name in new[] { "one", "two", "three" })
                Directory.CreateDirectory(Path.Combine(folder, name, "below"));
            using var watch = new FolderWatch(loop);
            watch.Add(folder, includeSubfolders: true);
            using var limit = new CancellationTokenSource(Trial.Patience / 2);
            for (int i = 0; i < 3; i++)
            {
                string path = Path.Combine(folder, "two", "below", $"file{i}");
                File.WriteAllText(path, "x");
                await Expect(watch, path, trial, limit.Token);
            }
            Directory.CreateDirectory(Path.Combine(folder, "later"));
            await Expect(watch, Path.Combine(folder, "later"), trial, limit.Token);
            File.WriteAllText(Path.Combine(folder, "later", "last"), "x");
            await Expect(watch, Path.Combine(folder, "later", "last"), trial, limit.Token);
            watch.Remove(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Expect(FolderWatch watch, string path, Trial trial, CancellationToken limit)
    {
        await foreach (var change in watch.WithCancellation(limit))
        {
            // Overflow says that something was missed: the application is then to look for itself.
            if (change.Path == path || change.Kind == FolderChangeKind.Overflow)
                return;
        }
        trial.Note(new WrongResultException("a change was not seen"));
    }
}
