using System.Net.Sockets;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.DocsExamples;

/// <summary>What docs/vs-threading.md shows in a few lines each.</summary>
public static class JoinableTasks
{
    public static void OnAMainThread(JoinableTaskFactory joinableTaskFactory, Socket socket, Action show, Func<Task> somethingThatAHandlerCompletes)
    {
        var loop = JoinableTaskIOLoop.Attach(joinableTaskFactory);              // any thread
        loop.AddHandler(socket, (fd, events) => show(), IOEvents.Read);         // on the main thread; the handler runs there, too

        joinableTaskFactory.Run(async () =>                                     // blocks the main thread
        {
            using (loop.Join())                                                 // and lets it run the loop's turns meanwhile
                await somethingThatAHandlerCompletes();
        });

        loop.Stop();                                                            // on the main thread, between turns: at once
        loop.Close();
    }

    public static void WithALimit(JoinableTaskFactory factory, JoinableTaskIOLoop loop, Func<Task> work)
    {
        factory.Run(async () =>
        {
            using (loop.Join())
                await work().WaitAsync(TimeSpan.FromMinutes(1)); // TimeoutException instead of a silent hang
        });
    }

    public static void ALoopAsMainThread()
    {
        using var loop = new PollIOLoop();
        var joinable = loop.CreateJoinableTaskContext();   // this thread runs the loop later, so it is the main thread
        loop.RunSync(async () =>
        {
            await joinable.Factory.RunAsync(async () =>
            {
                await TaskScheduler.Default;                         // on the thread pool
                await joinable.Factory.SwitchToMainThreadAsync();    // on the loop's thread again
            });
        });
    }
}
