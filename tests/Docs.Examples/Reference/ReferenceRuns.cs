using System.Net.Sockets;
using System.Reactive.Concurrency;
using IOLoops.Sources;
using IOLoops.VsThreading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IOLoops.DocsExamples.Reference;

/// <summary>Runs the examples of the documentation comments, and throws when one does not do what it says.</summary>
internal static class ReferenceRuns
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    internal static void RunAll()
    {
        Descriptors();
        TimeAndCallbacks();
        NativeLoops();
        HostedLoops();
        Sources();
        InAnApplication();
    }

    private static void Descriptors()
    {
        using var loop = new PollIOLoop();
        var (handled, far) = DocsExamples.Sockets.Connected();
        int received = 0;
        byte[] buffer = new byte[100];
        loop.RunSync(async () =>
        {
            DescriptorExamples.Handle(loop, handled, buffer, count => received += count);
            far.Send("hello"u8);
            far.Dispose();
            await Until(loop, () => handled.SafeHandle.IsClosed);
            Expect(received == 5, "a handler receives, and ends with its socket");

            (var near, far) = DocsExamples.Sockets.Connected();
            using var file = new MemoryStream();
            DescriptorExamples.HandleAsync(loop, near, file, buffer);
            far.Send("hello"u8);
            await Until(loop, () => file.Length == 5);
            await DescriptorExamples.RemoveAsync(loop, near);

            (near, far) = DocsExamples.Sockets.Connected();
            DescriptorExamples.Send(loop, near, "hello"u8.ToArray());
            Expect(await far.ReceiveAsync(buffer) == 5, "a handler sends");
            loop.RemoveHandler(near);
            far.Send("bye"u8);
            Expect(await DescriptorExamples.ReceiveAsync(loop, near, buffer, CancellationToken.None) == 3, "a wait ends");
        }, Limit);
    }

    private static void TimeAndCallbacks()
    {
        using var loop = new PollIOLoop();
        CallbackExamples.HandleFailures(loop);
        int flushed = 0, shown = 0;
        string path = Path.GetTempFileName();
        loop.RunSync(async () =>
        {
            TimeExamples.At(loop);
            TimeExamples.Later(loop, Task.CompletedTask);
            await TimeExamples.PeriodicallyAsync(loop, () => flushed++, Until(loop, () => flushed == 2));
            using var bytes = new MemoryStream(new byte[3]);
            shown += await TimeExamples.WithALimitAsync(loop, bytes, new byte[10]);
            CallbackExamples.FromAnotherThread(loop, () => 4, result => shown += result);
            await Until(loop, () => shown == 7);
            shown += await CallbackExamples.CountAsync(loop, ["one"]);
            await CallbackExamples.ShowAsync(loop, path, _ => shown++);
            await CallbackExamples.ScheduleAsync(loop, () => shown++);
            CallbackExamples.WhenItHasEnded(loop, Task.FromResult("downloaded"), _ => shown++);
            loop.AddCallback(() => throw new InvalidOperationException("as it should"));
            await Until(loop, () => shown == 11);
            CallbackExamples.StopOnSignal(loop).Dispose();
        }, Limit);
        File.Delete(path);
        Expect(flushed == 2 && shown == 11, "timeouts and callbacks run");
    }

    private static void NativeLoops()
    {
        var (near, far) = DocsExamples.Sockets.Connected();
        byte[] buffer = new byte[10];
        int received = 0;
        far.Send("one"u8);
        LoopExamples.Native(near, () => received += near.Receive(buffer));
        far.Send("two"u8);
        received += LoopExamples.ToTheEnd(near, buffer);
        using var stopping = new CancellationTokenSource();
        far.Send("x"u8);
        LoopExamples.OnAThreadOfItsOwnAsync(near, (_, _) => stopping.Cancel(), stopping.Token).WaitAsync(Limit).GetAwaiter().GetResult();
        using (var turns = new PollIOLoop())
        {
            int frames = 0;
            LoopExamples.TurnByTurn(turns, () => frames++ < 3);
        }
        using var loop = new PollIOLoop();
        loop.RunSync(() => LoopExamples.Observe(loop, near).Dispose(), Limit);
        var run = loop.RunAsync();
        LoopExamples.StopAsync(loop).WaitAsync(Limit).GetAwaiter().GetResult();
        run.WaitAsync(Limit).GetAwaiter().GetResult();
        LoopExamples.ScheduledAsync().WaitAsync(Limit).GetAwaiter().GetResult();
        LoopExamples.Joinable();
        Expect(received == 6 && loop.IsClosed, "native loops run and end");
    }

    private static void HostedLoops()
    {
        LoopExamples.HostedAsync(new PoolHost()).WaitAsync(Limit).GetAwaiter().GetResult();
        var (near, far) = DocsExamples.Sockets.Connected();
        far.Send("x"u8);
        using (var ui = new UserInterface())
        {
            ui.Run(async () =>
            {
                var called = new TaskCompletionSource();
                await LoopExamples.OnAContextAsync(near, (_, _) => called.TrySetResult(), called.Task);
                var context = new Microsoft.VisualStudio.Threading.JoinableTaskContext();
                var loop = JoinableTaskIOLoop.Attach(context.Factory);
                await LoopExamples.OnAMainThreadAsync(context.Factory, loop, () => loop.InvokeAsync(() => { }));
                await loop.DisposeAsync();
                ui.Quit();
            });
        }
        using var scheduler = new EventLoopScheduler();
        var readable = new TaskCompletionSource();
        LoopExamples.OnASchedulerAsync(scheduler, near, (_, _) => readable.TrySetResult(), readable.Task).WaitAsync(Limit).GetAwaiter().GetResult();
        Expect(readable.Task.IsCompleted, "hosted loops run and end");
    }

    private static void Sources()
    {
        using var loop = new PollIOLoop();
        string folder = Directory.CreateTempSubdirectory("watch-").FullName;
        loop.RunSync(async () =>
        {
            var (near, far) = DocsExamples.Sockets.Connected();
            far.Send("answer\n"u8);
            far.Shutdown(SocketShutdown.Send);
            await SourceExamples.ReadAsync(loop, near);
            await SourceExamples.RunAsync(loop);
            loop.CallLater(TimeSpan.FromMilliseconds(1), () => File.WriteAllText(Path.Combine(folder, "report.csv"), "sum"));
            await SourceExamples.WatchAsync(loop, folder);
            await SourceExamples.TypeAsync(loop);
            using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            using var stopping = new CancellationTokenSource();
            var answered = new TaskCompletionSource();
            var serving = SourceExamples.ServeAsync(loop, listening, async connection =>
            {
                await connection.DisposeAsync();
                answered.SetResult();
            }, stopping.Token);
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(listening.LocalEndPoint!);
            await answered.Task;
            await stopping.CancelAsync();
            await serving.ContinueWith(static _ => { }, TaskScheduler.Current);
            (near, far) = DocsExamples.Sockets.Connected();
            far.Send("x"u8);
            await loop.WaitAsync(near, IOEvents.Read);
            SourceExamples.Drain(loop, near, new byte[10]);
        }, Limit);
        Directory.Delete(folder, recursive: true);
        Console.WriteLine("sources are read, written and watched");
    }

    private static void InAnApplication()
    {
        var builder = Host.CreateApplicationBuilder();
        HostingExamples.Add(builder.Services);
        HostingExamples.AddKeyed(builder.Services);
        using var host = builder.Build();
        var loop = host.Services.GetRequiredService<IOLoop>();
        Expect(!loop.IsClosed && host.Services.GetRequiredKeyedService<IOLoop>("orders") != loop, "loops are injected");
    }

    // The condition is looked at in each turn of the loop.
    private static Task Until(IOLoop loop, Func<bool> condition)
    {
        var isTrue = new TaskCompletionSource();
        loop.AddCallback(Look);
        return isTrue.Task;

        void Look()
        {
            if (condition())
                isTrue.TrySetResult();
            else
                loop.CallLater(TimeSpan.FromMilliseconds(1), Look);
        }
    }

    private static void Expect(bool isRight, string what)
    {
        if (!isRight)
            throw new InvalidOperationException($"Not so: {what}.");
        Console.WriteLine(what);
    }
}
