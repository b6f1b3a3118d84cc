using System.IO.Pipes;
using System.Net.Sockets;
using System.Reactive.Concurrency;
using IOLoops;
using IOLoops.DocsExamples;
using IOLoops.DocsExamples.Reference;

GuideRuns.RunAll(); // first: what follows an await runs on another thread, and a main loop needs one of its own
ReferenceRuns.RunAll();

TimeSpan limit = TimeSpan.FromSeconds(30);

using (var loop = new PollIOLoop())
{
    using var listener = Sockets.Listen();
    new EchoHandlers(loop).Add(listener);
    loop.RunSync(() => AskAsync(listener), limit);
    Console.WriteLine("a native loop with handlers echoes");
}

using (var loop = new PollIOLoop())
{
    using var listener = Sockets.Listen();
    loop.RunSync(async () =>
    {
        using var stopping = new CancellationTokenSource();
        var serving = EchoTasks.ServeAsync(loop, listener, stopping.Token);
        await AskAsync(listener);
        await stopping.CancelAsync();
        await serving.ContinueWith(static _ => { }, TaskScheduler.Current);
    }, limit);
    Console.WriteLine("a native loop with tasks echoes");
}

using (var ui = new UserInterface())
{
    using var listener = Sockets.Listen();
    ui.Run(async () =>
    {
        var closing = new TaskCompletionSource();
        var serving = TwoLoops.HostedAsync(listener, closing.Task);
        await AskAsync(listener);
        closing.SetResult();
        await serving;
        ui.Quit();
    });
    Console.WriteLine("a loop on a user interface's thread echoes");
}

using (var ui = new UserInterface())
using (var server = new AnonymousPipeServerStream(PipeDirection.Out))
using (var commands = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle))
{
    server.Write("open\nsave\n"u8);
    server.Dispose();
    var program = new HostedProgram(ui.Quit);
    ui.Run(() => program.OnStartAsync(commands));
    Console.WriteLine("a hosted program ends in order");
}

using (var scheduler = new EventLoopScheduler())
{
    using var listener = Sockets.Listen();
    using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    client.Connect(listener.LocalEndPoint!);
    using var server = listener.Accept();
    server.Blocking = false;
    client.Send("one"u8);
    byte[] buffer = new byte[10];
    if (LoopOverRx.Receive(scheduler, server, buffer) != 3)
        throw new InvalidOperationException("The message differs.");
    var readable = new TaskCompletionSource();
    client.Send("two"u8);
    await LoopOverRx.ServeAsync(scheduler, server, () => readable.TrySetResult(), readable.Task);
    Console.WriteLine("loops on an EventLoopScheduler begin and end");
}

Console.WriteLine("all examples ran");

static async Task AskAsync(Socket listener)
{
    using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    await client.ConnectAsync(listener.LocalEndPoint!);
    await client.SendAsync("hello"u8.ToArray());
    byte[] answer = new byte[5];
    int count = 0;
    while (count < answer.Length)
        count += await client.ReceiveAsync(answer.AsMemory(count));
    if (!answer.AsSpan().SequenceEqual("hello"u8))
        throw new InvalidOperationException("The echo differs.");
}
