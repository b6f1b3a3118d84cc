using System.Globalization;
using Shouldly;

namespace IOLoops.Sources.Tests.Listening;

/// <summary>Opening each source with fewer and fewer descriptors left. In a process of its own.</summary>
internal static class Openings
{
    private const int TooManyOpenFiles = 24; // EMFILE
    private const int MostNeeded = 40;

    internal static async Task Play(IOLoop loop)
    {
        (string Name, Func<Task> OpenAndClose)[] sources =
        [
            ("a pipe", () => CloseAsync(LoopStream.CreatePipe(loop))),
            ("a pair", () => CloseAsync(LoopStream.CreatePair(loop))),
            ("a terminal", () => CloseAsync(PseudoTerminal.Open(loop))),
            ("a watch", () => CloseAsync(Watch(loop))),
            ("a child", () => RunAsync(loop, new ChildProcessOptions("true") { StandardInput = ChildStream.Pipe, StandardError = ChildStream.Pipe })),
            ("a child under a terminal", () => RunAsync(loop, new ChildProcessOptions("true") { Terminal = (80, 24) })),
        ];
        await Console.Error.WriteAsync(" "); // it needs descriptors, too, when it is first used
        foreach (var (name, openAndClose) in sources)
        {
            await openAndClose(); // what .NET loads for it needs descriptors of its own
            await FailUntilThereAreEnoughAsync(name, openAndClose);
        }
    }

    private static async Task FailUntilThereAreEnoughAsync(string name, Func<Task> openAndClose)
    {
        var (soft, hard) = OwnProcess.GetLimit();
        int before = Count();
        int failures = 0;
        for (int room = 0; room < MostNeeded; room++)
        {
            IOException? failure = null;
            OwnProcess.SetLimit((ulong)FirstOf(room), hard);
            try
            {
                await openAndClose();
            }
            catch (IOException exception)
            {
                failure = exception;
            }
            finally
            {
                OwnProcess.SetLimit(soft, hard);
            }
            Count().ShouldBe(before, $"{name} with {room} descriptors left: {failure?.Message ?? "opened"}");
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

    /// <summary>Without the assemblies that .NET loads meanwhile, and keeps open.</summary>
    private static int Count() => Directory.GetFiles("/proc/self/fd").Count(static path => !IsAssembly(new FileInfo(path).LinkTarget));

    private static bool IsAssembly(string? file) => file is null || file.EndsWith(".dll", StringComparison.Ordinal) || file.EndsWith(".pdb", StringComparison.Ordinal);

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

    private static async Task RunAsync(IOLoop loop, ChildProcessOptions options)
    {
        await using var child = ChildProcess.Start(loop, options);
        await child.Exited;
    }

    private static async Task CloseAsync((LoopStream One, LoopStream Other) streams)
    {
        await streams.One.DisposeAsync();
        await streams.Other.DisposeAsync();
    }

    private static Task CloseAsync(IDisposable source)
    {
        source.Dispose();
        return Task.CompletedTask;
    }
}
