using System.Diagnostics;
using System.Globalization;
using System.Text;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Processes;

/// <summary>Many children at once, with nothing left behind.</summary>
public abstract class CrowdTests(LoopFixture fixture, int rounds) : SourceHarness(fixture)
{
    private const int Children = 100;
    private const int OfEach = 200;
    private const int OfAKind = 10;
    private const int ThreadsOfThePool = 40; // it may grow meanwhile; a thread per child would be hundreds

    private const int DescriptorsOfTheLoop = 10; // a hosted loop opens some when it first sleeps, which may be meanwhile; a leak would be hundreds

    private static int CountThreads() => Directory.GetDirectories("/proc/self/task").Length;

    private static int CountDescriptors() => OpenFiles().Count();

    /// <summary>Without assemblies: the runtime keeps open those that it loads.</summary>
    private static IEnumerable<string> OpenFiles() => Directory.GetFileSystemEntries("/proc/self/fd")
        .Select(static fd => new FileInfo(fd).LinkTarget ?? ".dll")
        .Where(static file => !file.EndsWith(".dll", StringComparison.Ordinal));

    private static List<string> Zombies() => [.. Directory.GetDirectories("/proc").Where(path => char.IsAsciiDigit(path[^1]) && IsZombie(path))];

    private static bool IsZombie(string process)
    {
        try
        {
            string[] fields = File.ReadAllText($"{process}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields[0] == "Z" && fields[1] == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return false;
        }
    }

    [Fact]
    public void A_hundred_children_at_once_leave_nothing_behind()
    {
        InLoop("children", async () =>
        {
            await Round(0);
            int descriptors = CountDescriptors();
            int threads = CountThreads();
            foreach (int round in Bounded.Rounds(rounds).Take(rounds))
            {
                await Round(round);
                NoteProgress();
            }
            await UntilAsync(
                () => CountDescriptors() <= descriptors + DescriptorsOfTheLoop,
                () => $"there are no more than {descriptors} and {DescriptorsOfTheLoop} descriptors: {string.Join(' ', OpenFiles())}");
            CountThreads().ShouldBeLessThan(threads + ThreadsOfThePool);
            await UntilAsync(() => Zombies().Count == 0, () => "there are no zombies"); // of tests before this one: at most until their grace has passed
        });
    }

    // Without a collection, which would close what was left open.
    [Fact]
    public void Children_that_have_ended_and_such_as_cannot_be_started_keep_no_descriptor()
    {
        InLoop("children", async () =>
        {
            int before = Count();
            var kept = new List<object>();
            for (int i = 0; i < OfAKind; i++)
                kept.Add(Should.Throw<IOException>(() => ChildProcess.Start(Loop, "/no/such/program")));
            Count().ShouldBeLessThanOrEqualTo(before); // at once: turns may collect
            for (int i = 0; i < OfAKind; i++)
            {
                var child = ChildProcess.Start(Loop, new ChildProcessOptions("/bin/true") { StandardOutput = ChildStream.Null });
                kept.Add(child);
                await child.Exited;
            }
            await UntilAsync(() => Count() <= before, () => $"no more than {before} are open: {string.Join(' ', OpenFiles())}");
            GC.KeepAlive(kept);
        });

        static int Count() => OpenFiles().Count(static file => file.Contains("pidfd", StringComparison.Ordinal) || file.StartsWith("pipe:", StringComparison.Ordinal));
    }

    private async Task Round(int round)
    {
        var all = Enumerable.Range(0, Children).Select(i => RunOne($"{round}.{i}", i)).ToList();
        await Task.WhenAll(all);
    }

    private async Task RunOne(string word, int code)
    {
        using var child = ChildProcess.Start(Loop, "/bin/sh", "-c", $"echo {word}; exit {code}");
        using var reader = new StreamReader(child.StandardOutput, Encoding.UTF8);
        (await reader.ReadToEndAsync()).ShouldBe(word + "\n");
        (await child.Exited).ExitCode.ShouldBe(code);
    }

    [Fact]
    public void Children_and_those_of_Process_do_not_disturb_each_other()
    {
        InLoop("children of both kinds", async () =>
        {
            var theirs = Task.Run(() => Task.WhenAll(Enumerable.Range(0, OfEach).Select(RunTheirs)));
            var ours = new List<Task<int>>();
            for (int i = 0; i < OfEach; i++)
            {
                ours.Add(RunOurs(i));
                if (i % 20 == 19)
                    await Task.Yield();
            }
            (await Task.WhenAll(ours)).ShouldBe(Enumerable.Range(0, OfEach));
            (await theirs).ShouldBe(Enumerable.Range(0, OfEach));
            await UntilAsync(() => Zombies().Count == 0, () => "there are no zombies"); // of tests before this one: at most until their grace has passed
        });
    }

    /// <summary>Ends when its input ends, which it would not if a child of the other kind had inherited the pipe.</summary>
    private async Task<int> RunOurs(int code)
    {
        var options = new ChildProcessOptions("/bin/sh", "-c", $"read line; exit {code}") { StandardInput = ChildStream.Pipe };
        using var child = ChildProcess.Start(Loop, options);
        child.StandardInput.CompleteWrites();
        var status = await child.Exited;
        NoteProgress();
        return status.ExitCode;
    }

    private async Task<int> RunTheirs(int code)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"read line; exit {code}"]) { RedirectStandardInput = true })!;
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        NoteProgress();
        return process.ExitCode;
    }
}
