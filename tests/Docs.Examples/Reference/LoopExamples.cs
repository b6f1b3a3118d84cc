using System.Net.Sockets;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using IOLoops.Rx;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.DocsExamples.Reference;

/// <summary>Each kind of loop, from its beginning to its end.</summary>
public static class LoopExamples
{
    public static void Native(Socket socket, Action receive)
    {
        using var loop = new PollIOLoop();
        loop.AddHandler(socket, (fd, events) => receive(), IOEvents.Read);
        loop.CallLater(TimeSpan.FromMilliseconds(10), loop.Stop);
        loop.Start();                            // runs on this thread until Stop
    }

    public static int ToTheEnd(Socket socket, byte[] buffer)
    {
        using var loop = new PollIOLoop();
        int count = loop.RunSync(async () =>
        {
            await loop.WaitAsync(socket, IOEvents.Read);
            return socket.Receive(buffer);
        }, timeout: TimeSpan.FromSeconds(10));
        return count;
    }

    public static async Task OnAThreadOfItsOwnAsync(Socket socket, IOHandler onReadable, CancellationToken stopping)
    {
        using var loop = new PollIOLoop(new PollIOLoopOptions { Name = "orders" });   // the thread gets this name
        loop.AddHandler(socket, onReadable, IOEvents.Read);
        await loop.RunAsync(stopping);                                                // until the token is cancelled
    }

    public static void TurnByTurn(PollIOLoop loop, Func<bool> drawFrame)
    {
        while (drawFrame())
            loop.RunOnce(TimeSpan.Zero);         // one turn, which does not sleep
    }

    public static async Task StopAsync(IOLoop loop)
    {
        await loop.StopAsync();                  // on any thread, also inside a callback
        loop.Close();                            // the two lines are what DisposeAsync does
    }

    public static async Task HostedAsync(ILoopHost host)
    {
        var loop = new HostedIOLoop(host);
        loop.Attach();                                                                // returns at once; the host runs the turns
        await loop.InvokeAsync(() => Console.WriteLine("in the host"));
        await loop.DisposeAsync();                                                    // ends the run, and takes nothing from the host
    }

    public static async Task OnAContextAsync(Socket socket, IOHandler onReadable, Task closing)
    {
        // On the UI thread.
        var loop = SynchronizationContextIOLoop.Attach(SynchronizationContext.Current!);
        loop.AddHandler(socket, onReadable, IOEvents.Read);                           // called on the UI thread
        await closing;
        await loop.DisposeAsync();
    }

    public static async Task OnWindowsAsync(Socket socket, IOHandler onReadable, Task closing)
    {
        // On a thread that pumps messages, such as that of a WinForms window.
        var loop = WindowsMessageIOLoop.Attach();
        loop.AddHandler(socket, onReadable, IOEvents.Read);                           // called on that thread
        await closing;
        await loop.DisposeAsync();
    }

    public static async Task OnASchedulerAsync(EventLoopScheduler scheduler, Socket socket, IOHandler onReadable, Task end)
    {
        var loop = RxIOLoop.Attach(scheduler);
        await loop.InvokeAsync(() => loop.AddHandler(socket, onReadable, IOEvents.Read));   // called on the scheduler's thread
        await end;
        await loop.DisposeAsync();                                                    // the scheduler continues
    }

    public static async Task OnAMainThreadAsync(JoinableTaskFactory factory, JoinableTaskIOLoop loop, Func<Task> whatAHandlerCompletes)
    {
        await factory.SwitchToMainThreadAsync();
        factory.Run(async () =>                  // blocks the main thread
        {
            using (loop.Join())                  // and runs the loop's turns on it meanwhile
                await whatAHandlerCompletes();
        });
    }

    public static void Joinable()
    {
        using var loop = new PollIOLoop();
        var context = loop.CreateJoinableTaskContext();              // this thread runs the loop: it is the main thread
        loop.RunSync(async () =>
        {
            await TaskScheduler.Default;                             // continues on the thread pool
            await context.Factory.SwitchToMainThreadAsync();         // and again on the loop's thread
        });
    }

    public static async Task ScheduledAsync()
    {
        using var scheduler = IOLoopScheduler.CreateOwned(new PollIOLoopOptions { Name = "prices" });
        await Observable.Interval(TimeSpan.FromMilliseconds(1), scheduler)            // never early, on the loop's thread
            .Take(3)
            .ForEachAsync(number => Console.WriteLine($"tick {number}"));
    }

    public static IDisposable Observe(IOLoop loop, Socket socket)
    {
        var subscription = loop.ObserveReads(socket)
            .Subscribe(
                bytes => Console.WriteLine($"{bytes.Length} bytes"),                  // each notification owns its memory
                error => Console.Error.WriteLine(error.Message),
                () => Console.WriteLine("the end"));
        return subscription;
    }
}
