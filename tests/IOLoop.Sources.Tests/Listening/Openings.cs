using System.Diagnostics;
using System.Globalization;
using IOLoops.Conformance;
using Shouldly;

namespace IOLoops.Sources.Tests.Listening;

/// <summary>Opening each source with fewer and fewer descriptors left. In a process of its own.</summary>
internal static class Openings
{
    private const int TooManyOpenFiles = 24; // EMFILE
    private const int MostNeeded = 40;

    internal static async Task Play(IOLoop loop)
    {
        (string Name, Func<Func<Task>> Open)[] sources =
        [
            ("a pipe", () => Closing(LoopStream.CreatePipe(loop))),
            ("a pair", () => Closing(LoopStream.CreatePair(loop))),
            ("a terminal", () => Closing(PseudoTerminal.Open(loop))),
            ("a watch", () => Closing(Watch(loop))),
            ("a child", () => Start(loop, new ChildProcessOptions("true") { StandardInput = ChildStream.Pipe, StandardError = ChildStream.Pipe })),
            ("a child under a terminal", () => Start(loop, new ChildProcessOptions("true") { Terminal = (80, 24) })),
        ];
        await Console.Error.WriteAsync(" "); // it needs descriptors, too, when it is first used
        foreach (var (name, open) in sources)
        {
            await open()(); // what .NET loads for it needs descriptors of its own
            await FailUntilThereAreEnoughAsync(loop, name, open);
        }
    }

    /// <param name="loop">Where the source is opened.</param>
    /// <param name="name">Of the source.</param>
    /// <param name="open">Opens it, without waiting for anything: .NET ends the process when it needs a thread and no descriptor is left. Returns what closes it.</param>
    private static async Task FailUntilThereAreEnoughAsync(IOLoop loop, string name, Func<Func<Task>> open)
    {
        var (soft, hard) = OwnProcess.GetLimit();
        int before = Enumerable.Range(0, 3).Min(static _ => Others().Count);
        int failures = 0;
        for (int room = 0; room < MostNeeded; room++)
        {
            IOException? failure = null;
            Func<Task>? close = null;
            await OwnProcess.WakePool();
            OwnProcess.SetLimit((ulong)FirstOf(room), hard);
            try
            {
                close = open();
            }
            catch (IOException exception)
            {
                failure = exception;
            }
            finally
            {
                OwnProcess.SetLimit(soft, hard);
            }
            if (close is not null)
                await close();
            await AwaitClosedAsync(loop, before, $"{name} with {room} descriptors left: {failure?.Message ?? "opened"}");
            if (failure is null)
            {
                failures.ShouldBeGreaterThan(0, name);
                return;
            }
            failure.HResult.ShouldBe(TooManyOpenFiles, $"{name}: {failure}");
            failures++;
        }
        throw new InvalidOperationException($"{name} could never be opened.");
    }

    /// <summary>The limit that leaves that many free numbers below it.</summary>
    private static int FirstOf(int room)
    {
        var open = Open();
        int limit = 0;
        for (int free = 0; ; limit++)
        {
            if (!open.Contains(limit) && free++ == room)
                return limit;
        }
    }

    private static HashSet<int> Open() =>
        [.. Directory.GetFiles("/proc/self/fd").Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture)).Where(Native.IsOpen)];

    /// <summary>.NET opens files of its own for a moment, such as those that say how much memory there is.</summary>
    private static async Task AwaitClosedAsync(IOLoop loop, int before, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (Others() is var open && open.Count != before)
        {
            if (Stopwatch.GetElapsedTime(began) > Bounded.Patience)
                throw new InvalidOperationException($"{what}: {before} files were open before, now {open.Count}: {string.Join(", ", open)}");
            await Task.Delay(TimeSpan.FromMilliseconds(1), loop.TimeProvider);
        }
    }

    /// <summary>What is open, without the assemblies that .NET loads meanwhile, and keeps open.</summary>
    private static List<string> Others() =>
        [.. Directory.GetFiles("/proc/self/fd").Select(static path => new FileInfo(path).LinkTarget).OfType<string>().Where(static file => !IsAssembly(file))];

    private static bool IsAssembly(string file) => file.EndsWith(".dll", StringComparison.Ordinal) || file.EndsWith(".pdb", StringComparison.Ordinal);

    private static FolderWatch Watch(IOLoop loop)
    {
        var watch = new FolderWatch(loop);
        try
        {
            watch.Add(Path.GetTempPath());
        }
        catch
        {
            watch.Dispose();
            throw;
        }
        return watch;
    }

    private static Func<Task> Start(IOLoop loop, ChildProcessOptions options)
    {
        var child = ChildProcess.Start(loop, options);
        return async () =>
        {
            await child.Exited;
            await child.DisposeAsync();
        };
    }

    private static Func<Task> Closing((LoopStream One, LoopStream Other) streams) => async () =>
    {
        await streams.One.DisposeAsync();
        await streams.Other.DisposeAsync();
    };

    private static Func<Task> Closing(IDisposable source) => () =>
    {
        source.Dispose();
        return Task.CompletedTask;
    };
}
