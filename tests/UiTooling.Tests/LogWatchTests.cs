using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Samples.Tests;

public class LogWatchTests
{
    [Fact]
    public void A_named_pipe_that_appears_later_does_not_stop_the_loop()
    {
        using var folder = new TemporaryFolder();
        using var loop = new PollIOLoop();
        var all = new TaskCompletionSource();
        var shown = new List<string>();
        void Show(string line)
        {
            shown.Add(line);
            if (line == "other: still here")
                all.SetResult();
        }
        using var watch = new LogWatch(loop, [folder["log"], folder["other"]], Show);
        loop.AddCallback(() =>
        {
            folder.MakePipe("log");
            File.WriteAllText(folder["other"], "still here\n");
        });

        Bounded.Await(Task.Run(() => loop.RunSync(() => all.Task, Bounded.Patience)), "the line of the other log");

        shown.ShouldContain("log: (no regular file: cannot be watched)");
    }

    [Fact]
    public void A_watch_of_no_folder_fails_and_keeps_no_file_open()
    {
        using var folder = new TemporaryFolder();
        using var loop = new PollIOLoop();
        File.WriteAllText(folder["log"], "");

        Should.Throw<IOException>(() => new LogWatch(loop, [folder["log"], "/nowhere/log"], _ => { }));

        Directory.EnumerateFiles("/proc/self/fd").Select(file => new FileInfo(file).LinkTarget).ShouldNotContain(folder["log"]);
        loop.RunOnce(TimeSpan.Zero); // the callback that was to read finds nothing to do
    }
}
