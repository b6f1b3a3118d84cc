using System.IO.Pipes;
using IOLoops;

int failures = 0;
foreach (var poller in new[] { PollerKind.Epoll, PollerKind.Poll })
{
    using var loop = new PollIOLoop(new PollIOLoopOptions { Poller = poller });
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
    }, TimeSpan.FromSeconds(10));
    string got = string.Join(", ", seen);
    const string Expected = "Read 42, state 7, reported, waited Read";
    if (got == Expected)
        continue;
    Console.Error.WriteLine($"{poller}: expected '{Expected}', got '{got}'");
    failures++;
}
Console.WriteLine(failures == 0 ? "ok" : "failed");
return failures;
