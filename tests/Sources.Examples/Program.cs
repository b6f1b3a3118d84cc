using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reactive.Linq;
using System.Runtime.InteropServices;
using System.Text;
using IOLoops;
using IOLoops.Rx;
using IOLoops.Sources;

using var loop = new PollIOLoop();
loop.CallbackException += (_, failure) => throw new InvalidOperationException("An example failed.", failure.Exception);
loop.RunSync(async () =>
{
    await ThroughAPipeAsync(loop);
    await OutputOfProcessAsync(loop);
    await ListAsync(loop);
    await SortAsync(loop);
    await UnderATerminalAsync(loop);
    await StopAsync(loop);
    await WatchAsync(loop);
    await ServeAsync(loop);
    await ServeOnAllCoresAsync();
    await MoveAsync();
    await WarningsAsync(loop);
    await CompressAsync(loop);
    if (args is ["--interactive"])
        await EchoInputAsync(loop);
    if (args is ["--serial", var path])
        Console.WriteLine(await AskAsync(loop, path));
}, TimeSpan.FromSeconds(60));
Console.WriteLine("all examples ran");

static async Task ThroughAPipeAsync(IOLoop loop)
{
    var (reader, writer) = LoopStream.CreatePipe(loop);
    await using (reader)
    await using (writer)
    {
        await writer.WriteAsync("hello\n"u8.ToArray());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1), loop.TimeProvider);
        byte[] buffer = new byte[100];
        int count = await reader.ReadAsync(buffer, limit.Token); // a cancelled read loses nothing
        Console.Write(Encoding.UTF8.GetString(buffer, 0, count));
    }
}

static async Task OutputOfProcessAsync(IOLoop loop)
{
    using var process = Process.Start(new ProcessStartInfo("date") { RedirectStandardOutput = true })!;
    await using var output = LoopStream.From(loop, process.StandardOutput.BaseStream);
    await foreach (string line in output.ReadLinesAsync())
        Console.WriteLine(line);
}

static async Task ListAsync(IOLoop loop)
{
    await using var child = ChildProcess.Start(loop, "ls", "-l", "/");
    await foreach (string line in child.StandardOutput.ReadLinesAsync())
        Console.WriteLine(line);                        // on the loop's thread
    ExitStatus status = await child.Exited;
    Console.WriteLine(status);                          // exit code 0
}

static async Task SortAsync(IOLoop loop)
{
    var options = new ChildProcessOptions("sort", "-n")
    {
        StandardInput = ChildStream.Pipe,
        StandardError = ChildStream.StandardOutput,     // errors where the output goes, in the order of writing
        WorkingDirectory = "/tmp",
        Environment = { ["LC_ALL"] = "C", ["DEBUG"] = null },   // null leaves a variable out
    };
    await using var child = ChildProcess.Start(loop, options);
    await child.StandardInput.WriteAsync("10\n9\n"u8.ToArray());
    child.StandardInput.CompleteWrites();               // the child reads the end
    await foreach (string line in child.StandardOutput.ReadLinesAsync())
        Console.WriteLine(line);
}

static async Task UnderATerminalAsync(IOLoop loop)
{
    await using var child = ChildProcess.Start(loop, new ChildProcessOptions("sh", "-c", "stty size; read line; stty size") { Terminal = (80, 24) });
    child.Terminal.Size = (132, 50);                    // the child gets SIGWINCH
    await child.Terminal.Stream.WriteAsync("typed\n"u8.ToArray());
    await foreach (string line in child.Terminal.Stream.ReadLinesAsync())
        Console.WriteLine(line);                        // until no process has the terminal open
}

static async Task StopAsync(IOLoop loop)
{
    var options = new ChildProcessOptions("sh", "-c", "sleep 1000 & sleep 1000") { NewProcessGroup = true };
    await using var child = ChildProcess.Start(loop, options);
    child.Signal((PosixSignal)10);                      // SIGUSR1 on Linux; this one does not handle it, and ends
    ExitStatus status = await child.StopAsync(grace: TimeSpan.FromSeconds(2));
    Console.WriteLine(status.Signal);
}

static async Task WatchAsync(IOLoop loop)
{
    string inbox = Directory.CreateTempSubdirectory("inbox-").FullName;
    using var watch = new FolderWatch(loop);
    watch.Add(inbox, includeSubfolders: true);
    await File.WriteAllTextAsync(Path.Combine(inbox, "report.csv"), "month,sum\n");
    await foreach (var change in watch)
    {
        Console.WriteLine($"{change.Kind} {change.Path}");
        if (change.Kind == FolderChangeKind.Written)
            break;                                      // the file is complete
    }
    Directory.Delete(inbox, recursive: true);
}

static async Task ServeAsync(IOLoop loop)
{
    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    socket.Listen();
    using var listener = new LoopListener(loop, socket);
    loop.SpawnCallback(async () =>
    {
        await foreach (var stream in listener)
            loop.SpawnCallback(() => EchoAsync(stream));
    });

    using var client = new TcpClient();
    await client.ConnectAsync((IPEndPoint)socket.LocalEndPoint!);
    await using var connection = LoopStream.From(loop, client.GetStream());
    await connection.WriteAsync("hello"u8.ToArray());
    connection.CompleteWrites();
    using var answer = new StreamReader(connection);
    Console.WriteLine(await answer.ReadToEndAsync());
}

static async Task EchoAsync(LoopStream stream)
{
    await using (stream)
        await stream.CopyToAsync(stream);
}

static async Task ServeOnAllCoresAsync()
{
    await using var group = new LoopGroup();                    // a loop for each processor
    using var listener = LoopGroupListener.Listen(group, new IPEndPoint(IPAddress.Loopback, 0), EchoAsync);
    var run = group.RunAsync();                                 // each on its own thread

    using var client = new TcpClient();
    await client.ConnectAsync((IPEndPoint)listener.LocalEndPoint);
    await using var connection = LoopStream.From(group.Next(), client.GetStream());
    await connection.WriteAsync("hello"u8.ToArray());
    connection.CompleteWrites();
    using var answer = new StreamReader(connection);
    Console.WriteLine(await answer.ReadToEndAsync());

    listener.Dispose();                                         // no more work comes in
    await group.DrainAsync();                                   // what is queued has run
    await group.StopAsync();
    await run;                                                  // throws what a loop has failed with
}

static async Task MoveAsync()
{
    await using var group = new LoopGroup(new LoopGroupOptions { Count = 2 });
    var run = group.RunAsync();
    var (stream, peer) = LoopStream.CreatePair(group.Loops[0]);
    await peer.WriteAsync("news\nfirst\n"u8.ToArray());

    byte[] buffer = new byte[64];
    int count = await stream.ReadAsync(buffer);                 // reads more than the line that decides
    int line = buffer.AsSpan(0, count).IndexOf((byte)'\n') + 1;
    var moved = stream.MoveTo(group.Loops[1], buffer.AsSpan(line, count - line)); // gives the rest back
    await foreach (string text in moved.ReadLinesAsync())
    {
        Console.WriteLine(text);                                // first
        break;
    }
    await moved.DisposeAsync();
    await peer.DisposeAsync();
    await group.StopAsync();
    await run;
}

static async Task WarningsAsync(IOLoop loop)
{
    await using var child = ChildProcess.Start(loop, "sh", "-c", "echo compiling; echo a warning; echo done");
    await child.StandardOutput.ObserveLines()
        .Where(line => line.Contains("warning", StringComparison.Ordinal))
        .Do(Console.WriteLine);                         // on the loop's thread, line by line
    var status = await child.ObserveExit();
    Console.WriteLine(status);
}

static async Task CompressAsync(IOLoop loop)
{
    await using var compressor = ChildProcess.Start(loop, new ChildProcessOptions("gzip") { StandardInput = ChildStream.Pipe });
    Observable.Interval(TimeSpan.FromMilliseconds(1))   // on a thread of the pool
        .Take(100)
        .Select(number => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"{number}\n"))
        .WriteTo(compressor.StandardInput, capacity: 64, WhenFull.Wait)
        .Subscribe(
            written => { },
            error => Console.Error.WriteLine(error.Message),
            () => compressor.StandardInput.CompleteWrites()); // the stream stays yours
    int size = await compressor.StandardOutput.ObserveReads().Sum(bytes => bytes.Length);
    Console.WriteLine($"{size} bytes");
}

static async Task EchoInputAsync(IOLoop loop)
{
    await using var input = loop.OpenStandardInput();
    await using var output = loop.OpenStandardOutput();
    using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10), loop.TimeProvider);
    await foreach (string line in input.ReadLinesAsync().WithCancellation(limit.Token))
        await output.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));
}

static async Task<string?> AskAsync(IOLoop loop, string path)
{
    using var line = SerialLine.Open(loop, path, new SerialLineOptions { BaudRate = 115_200, Parity = Parity.Even });
    await line.Stream.WriteAsync("*IDN?\r\n"u8.ToArray());
    await foreach (string answer in line.Stream.ReadLinesAsync())
        return answer;
    return null;
}
