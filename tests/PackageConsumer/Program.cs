using System.Net;
using System.Net.Sockets;
using System.Reactive.Concurrency;
using System.Runtime.CompilerServices;
using IOLoops;
using IOLoops.Diagnostics;
using IOLoops.Rx;
using IOLoops.Sources;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

// Each package does what only it can do. A datagram over the loopback, received by the same handler on each kind of loop.
using var native = new PollIOLoop();
Receive("PollIOLoop", native);

using var scheduler = new EventLoopScheduler();
using var rx = new RxIOLoop(scheduler);
Receive("RxIOLoop", rx);

using var main = new PollIOLoop();
main.RunSync(() =>
{
    using var context = main.CreateJoinableTaskContext();
    using var joinable = new JoinableTaskIOLoop(context.Factory);
    Receive("JoinableTaskIOLoop", joinable);
});

native.RunSync(async () =>
{
    await using var child = ChildProcess.Start(native, new ChildProcessOptions("sh", "-c", "echo ChildProcess: from a package") { Terminal = (80, 24) });
    await foreach (string line in child.Terminal.Stream.ReadLinesAsync())
        Console.WriteLine(line);
}, TimeSpan.FromSeconds(20));

using (LoopStackCapture.Install())
    CaptureStack();
#if MISTAKE // To be reported by the analyzers in the package.
Console.WriteLine(IOEvents.Read.HasFlag(IOEvents.Error));
#endif
return 0;

static void Receive(string name, IOLoop loop)
{
    using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    var text = loop.RunSync(async () =>
    {
        sender.SendTo("from a package"u8, receiver.LocalEndPoint!);
        await loop.WaitAsync(receiver, IOEvents.Read);
        var buffer = new byte[64];
        return System.Text.Encoding.UTF8.GetString(buffer, 0, receiver.Receive(buffer));
    }, TimeSpan.FromSeconds(20));
    Console.WriteLine($"{name}: {text}");
}

// The stack of a callback that blocks until it has been captured names the method that blocks.
static void CaptureStack()
{
    using var loop = new PollIOLoop();
    using var captured = new ManualResetEventSlim();
    string? stack = null;
    loop.SetBlockingSignalThreshold(TimeSpan.FromMilliseconds(50), blocked =>
    {
        stack = blocked.CaptureStack();
        captured.Set();
    });
    loop.AddCallback(() => BlockUntil(captured));
    loop.AddCallback(loop.Stop);
    loop.Start();
    if (stack is null || !stack.Contains(nameof(BlockUntil), StringComparison.Ordinal))
        throw new InvalidOperationException($"The stack does not name {nameof(BlockUntil)}: {stack ?? "none"}");
    Console.WriteLine("LoopStackCapture: from a package");
}

[MethodImpl(MethodImplOptions.NoInlining)]
static void BlockUntil(ManualResetEventSlim captured)
{
    if (!captured.Wait(TimeSpan.FromSeconds(60)))
        throw new TimeoutException("The block was not seen.");
}
