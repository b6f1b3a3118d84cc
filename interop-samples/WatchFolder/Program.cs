using IOLoops;
using IOLoops.Sources;

string folder = Directory.CreateTempSubdirectory("watch-").FullName;
using var loop = new PollIOLoop();
using var watch = new FolderWatch(loop);
watch.Add(folder);

var report = File.CreateText(Path.Combine(folder, "report.csv"));
loop.CallLater(TimeSpan.FromSeconds(0.1), () => { report.WriteLine("month,sum"); report.Flush(); Console.WriteLine("half of it written"); });
loop.CallLater(TimeSpan.FromSeconds(0.2), () => { report.WriteLine("May,1234"); report.Close(); Console.WriteLine("closed"); });
loop.RunSync(async () =>
{
    await foreach (var change in watch)
    {
        if (change.Kind != FolderChangeKind.Written)
            continue;
        Console.WriteLine($"{Path.GetFileName(change.Path)} is complete");
        break;
    }
});
Directory.Delete(folder, recursive: true);
