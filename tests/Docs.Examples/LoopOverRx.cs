using System.Net.Sockets;
using System.Reactive.Concurrency;
using IOLoops.Rx;

namespace IOLoops.DocsExamples;

public static class LoopOverRx
{
    // The scheduler's thread serves the socket, and the caller continues.
    public static async Task ServeAsync(EventLoopScheduler scheduler, Socket socket, Action onReadable, Task untilThen)
    {
        var loop = RxIOLoop.Attach(scheduler);
        await loop.InvokeAsync(() => loop.AddHandler(socket, (_, _) => onReadable(), IOEvents.Read));
        await untilThen;
        await loop.DisposeAsync();             // ends the run and closes the loop; the scheduler continues
    }

    // The caller waits; the function runs on the scheduler's thread.
    public static int Receive(EventLoopScheduler scheduler, Socket socket, byte[] buffer)
    {
        using var loop = new RxIOLoop(scheduler);
        return loop.RunSync(async () =>
        {
            await loop.WaitAsync(socket, IOEvents.Read);
            return socket.Receive(buffer);
        }, TimeSpan.FromSeconds(10));
    }
}
