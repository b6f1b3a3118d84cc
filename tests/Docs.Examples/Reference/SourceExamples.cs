using System.Net;
using System.Net.Sockets;
using IOLoops.Sources;

namespace IOLoops.DocsExamples.Reference;

/// <summary>What IOLoop.Sources reads, writes and watches.</summary>
public static class SourceExamples
{
    public static async Task ReadAsync(IOLoop loop, Socket socket)
    {
        await using var stream = new LoopStream(loop, socket);
        await stream.WriteAsync("hello\n"u8.ToArray());
        await foreach (string line in stream.ReadLinesAsync())
            Console.WriteLine(line);                     // on the loop's thread
    }

    public static async Task RunAsync(IOLoop loop)
    {
        await using var child = ChildProcess.Start(loop, "ls", "/");
        await foreach (string line in child.StandardOutput.ReadLinesAsync())
            Console.WriteLine(line);
        ExitStatus status = await child.Exited;
        Console.WriteLine(status.ExitCode);
    }

    public static async Task WatchAsync(IOLoop loop, string folder)
    {
        using var watch = new FolderWatch(loop);
        watch.Add(folder);
        await foreach (var change in watch)
        {
            if (change.Kind == FolderChangeKind.Written)
            {
                Console.WriteLine($"{Path.GetFileName(change.Path)} is complete");
                break;
            }
        }
    }

    public static async Task ServeAsync(IOLoop loop, Socket listening, Func<LoopStream, Task> answer, CancellationToken stopping)
    {
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        using var listener = new LoopListener(loop, listening);
        await foreach (var connection in listener.WithCancellation(stopping))
            loop.SpawnCallback(() => answer(connection));    // connections are answered at the same time, on one thread
    }

    public static async Task TypeAsync(IOLoop loop)
    {
        using var terminal = PseudoTerminal.Open(loop, columns: 80, rows: 24);
        using var other = terminal.OpenOtherEnd();           // keeps the terminal open
        await terminal.Stream.WriteAsync("typed\n"u8.ToArray());
        await foreach (string line in terminal.Stream.ReadLinesAsync())
        {
            Console.WriteLine(line);                         // the echo
            break;
        }
    }

    public static async Task AskAsync(IOLoop loop)
    {
        using var line = SerialLine.Open(loop, "/dev/ttyUSB0", new SerialLineOptions { BaudRate = 115_200 });
        await line.Stream.WriteAsync("*IDN?\r\n"u8.ToArray());
        await foreach (string answer in line.Stream.ReadLinesAsync())
        {
            Console.WriteLine(answer);
            break;
        }
    }

    public static async Task EchoAsync(IOLoop loop, CancellationToken stopping)
    {
        await using var input = loop.OpenStandardInput();
        await foreach (string line in input.ReadLinesAsync().WithCancellation(stopping))   // no thread waits, and it can be cancelled
            Console.WriteLine(line);
    }

    public static void Drain(IOLoop loop, Socket socket, byte[] buffer)
    {
        using var io = new DescriptorIO(socket);
        while (io.TryRead(buffer) is > 0 and int count)      // null: nothing is there now; 0: the end
            Console.WriteLine($"{count} bytes");
    }
}
