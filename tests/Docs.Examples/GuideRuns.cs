using System.IO.Pipes;
using System.Net.Sockets;
using System.Reactive.Subjects;
using System.Runtime.InteropServices;
using IOLoops.Sources;
using IOLoops.VsThreading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace IOLoops.DocsExamples;

/// <summary>Runs the short examples of the pages, and throws when one does not do what its page says.</summary>
internal static class GuideRuns
{
    internal static void RunAll()
    {
        OnAUserInterfaceShows();
        AMainLoopRunsTurns();
        LoopsRunInTheHosts();
        AGroupRunsInAnApplication();
        LoopsAreOperated();
        RxRunsOnLoops();
        JoinableTasksRun();
    }

    private static void OnAUserInterfaceShows()
    {
        var (near, far) = Sockets.Connected();
        using var ui = new UserInterface();
        int shown = 0, refreshed = 0;
        far.Send("one"u8);
        ui.Run(async () =>
        {
            OnAUserInterface.Begin(ui, near);
            await new OnAUserInterface(() => shown += near.Receive(new byte[10]), () => refreshed++).ShowAsync(near);
            ui.Quit();
        });
        Expect(shown == 3 && refreshed == 1, "a loop on a user interface's thread shows what came");
        near.Dispose();
        far.Dispose();
    }

    private static void AMainLoopRunsTurns()
    {
        int iterations = 0, called = 0;
        MainLoop.Run(loop =>
        {
            if (iterations++ == 0)
                loop.AddCallback(() => called++);
            return called == 0;
        });
        Expect(called == 1, "a main loop without a context runs turns");
    }

    private static void LoopsRunInTheHosts()
    {
        using var loop = new HostedIOLoop(new PoolHost());
        Expect(loop.RunSync(() => Task.FromResult(Thread.CurrentThread.IsThreadPoolThread), Limit), "a loop runs on the pool");
        SourcesUse.Run();
        HostUse.RunAsync().WaitAsync(Limit).GetAwaiter().GetResult();
    }

    private static void AGroupRunsInAnApplication()
    {
        var builder = Host.CreateApplicationBuilder();
        HostedGroup.Add(builder);
        using var host = builder.Build();
        var group = host.Services.GetRequiredService<LoopGroup>();
        host.StartAsync().WaitAsync(Limit).GetAwaiter().GetResult();
        Expect(group.Loops.Count == 4 && group.Loops.All(loop => loop.IsRunning), "a group runs while its application does");
        host.StopAsync().WaitAsync(Limit).GetAwaiter().GetResult();
    }

    private static void LoopsAreOperated()
    {
        using var loop = Operating.Named(NullLoggerFactory.Instance);
        Operating.CaptureStacks();
        Operating.LogStalls(loop);
        Operating.RaiseAlarms(loop, _ => { });
        Operating.DumpStalls(loop);
        var stopped = new TaskCompletionSource();
        Operating.HandleSignals(loop, stopped.SetResult);
        loop.RunSync(() =>
        {
            Expect(Kill(Environment.ProcessId, 15) == 0, "a signal is sent");
            return stopped.Task;
        }, Limit);
        Console.WriteLine("a loop handles SIGTERM");
    }

    private static void RxRunsOnLoops()
    {
        using (var server = new AnonymousPipeServerStream(PipeDirection.Out))
        using (var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle))
        {
            server.Write("read"u8);
            server.Dispose();
            ReadsPerSecond.Count((int)client.SafePipeHandle.DangerousGetHandle());
        }
        var (near, far) = Sockets.Connected();
        using var readable = new ManualResetEventSlim();
        RxOnALoop.Owned(near, () => { }, (_, _) => { });
        var attached = RxOnALoop.Attach(near, (_, _) => readable.Set());
        far.Send("x"u8);
        Expect(readable.Wait(Limit), "a loop on an EventLoopScheduler serves a socket");
        attached.DisposeAsync().AsTask().WaitAsync(Limit).GetAwaiter().GetResult();
        RxOnALoop.VirtualTime();
        using var loop = new PollIOLoop();
        using var prices = new Subject<int>();
        var shown = new TaskCompletionSource<int>();
        using var watch = new FolderWatch(loop);
        string folder = Directory.CreateTempSubdirectory("written-").FullName;
        watch.Add(folder);
        var written = new TaskCompletionSource<string>();
        loop.RunSync(async () =>
        {
            using var counted = RxOnALoop.CountWrites(watch, text => written.TrySetResult(text));
            var subscription = RxOnALoop.Observe(loop, prices, shown.SetResult);
            await File.WriteAllTextAsync(Path.Combine(folder, "a"), "a");
            prices.OnNext(7);
            Expect(await shown.Task == 7 && (await written.Task).EndsWith("a: written 1 times", StringComparison.Ordinal), "Rx runs on a loop");
            await RxOnALoop.EndAsync(loop, subscription, near);
        }, Limit);
        Directory.Delete(folder, recursive: true);
        far.Dispose();
    }

    private static void JoinableTasksRun()
    {
        JoinableTasks.ALoopAsMainThread();
        var (near, far) = Sockets.Connected();
        using var ui = new UserInterface();
        ui.Run(() =>
        {
            var context = new Microsoft.VisualStudio.Threading.JoinableTaskContext();
            var shown = new TaskCompletionSource();
            far.Send("x"u8);
            JoinableTasks.OnAMainThread(context.Factory, near, () => shown.TrySetResult(), () => shown.Task);
            var loop = JoinableTaskIOLoop.Attach(context.Factory);
            JoinableTasks.WithALimit(context.Factory, loop, () => loop.InvokeAsync(() => { }));
            loop.Stop();
            loop.Close();
            ui.Quit();
            return Task.CompletedTask;
        });
        Console.WriteLine("joinable tasks run on loops, and loops on joinable tasks");
        near.Dispose();
        far.Dispose();
    }

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static void Expect(bool isRight, string what)
    {
        if (!isRight)
            throw new InvalidOperationException($"Not so: {what}.");
        Console.WriteLine(what);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
