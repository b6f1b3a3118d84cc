using Microsoft.VisualStudio.Threading;

namespace LoopBench;

/// <summary>A thread that serves a single-threaded SynchronizationContext, that of vs-threading.</summary>
internal static class ContextThread
{
    internal static (Thread Thread, SynchronizationContext Context) Start()
    {
        SingleThreadedSynchronizationContext? context = null;
        using var ready = new ManualResetEventSlim();
        var started = ready;
        var thread = new Thread(() =>
        {
            context = new SingleThreadedSynchronizationContext();
            SynchronizationContext.SetSynchronizationContext(context);
            started.Set();
            context.PushFrame(new SingleThreadedSynchronizationContext.Frame());
        })
        { IsBackground = true, Name = "context" };
        thread.Start();
        ready.Wait();
        return (thread, context!);
    }
}
