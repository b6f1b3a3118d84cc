using System.IO.Pipes;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using IOLoops;
using IOLoops.Rx;
using IOLoops.Sources;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

int failures = 0;
(string Name, Func<IOLoop> Create)[] kinds =
[
    ("epoll", () => new PollIOLoop(new PollIOLoopOptions { Poller = PollerKind.Epoll })),
    ("poll", () => new PollIOLoop(new PollIOLoopOptions { Poller = PollerKind.Poll })),
    ("a SynchronizationContext", () => new SynchronizationContextIOLoop(new SynchronizationContext())),
    ("an EventLoopScheduler", () => new RxIOLoop(new EventLoopScheduler())),
    ("a JoinableTaskFactory", () => new JoinableTaskIOLoop(StartMainThread().Factory)),
    ("virtual time", () => new RxIOLoop(new HistoricalScheduler())),
];
foreach (var (name, create) in kinds)
{
    using var loop = create();
    using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
    using var reader = new AnonymousPipeClientStream(PipeDirection.In, writer.ClientSafePipeHandle);
    var seen = new List<string>();
    loop.CallbackException += (_, e) =>
    {
        seen.Add(e.Exception.Message);
        e.Handled = true;
    };
    loop.AddHandler(reader.SafePipeHandle, (fd, events) =>
    {
        seen.Add($"{events} {reader.ReadByte()}");
        loop.RemoveHandler(fd);
    }, IOEvents.Read);
    loop.RunSync(async () =>
    {
        loop.AddCallback(static state => state.Seen.Add($"state {state.Number}"), (Seen: seen, Number: 7));
        loop.AddCallback((Action)(static () => throw new InvalidOperationException("reported")));
        writer.WriteByte(42);
        await Task.Delay(TimeSpan.FromMilliseconds(1), loop.TimeProvider);
        var file = reader.SafePipeHandle;
        writer.WriteByte(43);
        while (seen.Count < 3)
            await Task.Yield();
        seen.Add($"waited {await loop.WaitAsync(file, IOEvents.Read)}");
        var bytes = await loop.ObserveReads(file).FirstAsync().ToTask();
        long ticks = await Observable.Interval(TimeSpan.FromMilliseconds(1), loop.AsScheduler()).Take(3).LastAsync().ToTask();
        seen.Add($"observed {bytes.Span[0]} and {ticks}");
        seen.Add(await FromSourcesAsync(loop));
    }, TimeSpan.FromHours(1)); // virtual time flies
    using var reported = new ManualResetEventSlim();
    loop.SetBlockingSignalThreshold(TimeSpan.FromMilliseconds(10), blocked =>
    {
        using var dump = new StringWriter();
        loop.DumpState(dump);
        if (blocked.ToString().Contains("has been stuck", StringComparison.Ordinal) && dump.ToString().Contains("is in", StringComparison.Ordinal))
            seen.Add("stuck");
        reported.Set();
    });
    loop.RunSync(() => reported.Wait());
    string got = string.Join(", ", seen);
    const string Expected = "Read 42, state 7, reported, waited Read, observed 43 and 2, typed Written 0, stuck";
    if (got == Expected)
        continue;
    Console.Error.WriteLine($"{name}: expected '{Expected}', got '{got}'");
    failures++;
}
Console.WriteLine(failures == 0 ? "ok" : "failed");
return failures;

// A child under a terminal that writes a file, and the file's folder.
static async Task<string> FromSourcesAsync(IOLoop loop)
{
    string folder = Directory.CreateTempSubdirectory("aot-").FullName;
    using var watch = new FolderWatch(loop);
    watch.Add(folder);
    await using var child = ChildProcess.Start(loop, new ChildProcessOptions("sh", "-c", "read line; echo $line >file") { Terminal = (80, 24), WorkingDirectory = folder });
    await child.Terminal.Stream.WriteAsync("typed\n"u8.ToArray());
    string text = "";
    await foreach (string line in child.Terminal.Stream.ReadLinesAsync())
        text = line;
    var status = await child.Exited;
    await foreach (var change in watch)
    {
        if (change.Kind != FolderChangeKind.Written)
            continue;
        text += $" {change.Kind}";
        break;
    }
    Directory.Delete(folder, recursive: true);
    return $"{text} {status.ExitCode}";
}

static JoinableTaskContext StartMainThread()
{
    var loop = new PollIOLoop();
    new Thread(loop.Start) { IsBackground = true }.Start();
    return loop.InvokeAsync(loop.CreateJoinableTaskContext).GetAwaiter().GetResult();
}
