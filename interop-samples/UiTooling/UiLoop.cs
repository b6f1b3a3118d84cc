using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;
using Terminal.Gui.App;

namespace IOLoops.Samples;

/// <summary>The loop in which all handlers of this program run, on Terminal.Gui's thread.</summary>
internal sealed class UiLoop : IDisposable
{
    private readonly JoinableTaskContext _joinable;
    private readonly JoinableTaskIOLoop _loop;

    /// <param name="app">Runs, or will run, on the calling thread.</param>
    internal UiLoop(IApplication app)
    {
        var atMost = TimeSpan.FromMilliseconds(10);
        var context = new PumpedSynchronizationContext();
        app.Iteration += (_, _) => context.RunPosted(atMost); // an iteration takes 40 ms: the rest is for keys and for drawing
        _joinable = new JoinableTaskContext(Thread.CurrentThread, context);
        _loop = JoinableTaskIOLoop.Attach(_joinable.Factory);
    }

    internal IOLoop Loop => _loop;

    /// <summary>For what is asynchronous and ends on the UI's thread.</summary>
    internal JoinableTaskFactory Factory => _joinable.Factory;

    /// <summary>
    /// Blocks the UI's thread until something has ended, and yet runs the loop's handlers on it: that is what joining the loop
    /// is for. Without it, what ends when a handler says so would never end.
    /// </summary>
    internal void RunUntil(Func<Task> ended) => Factory.Run(async () =>
    {
        using (_loop.Join())
            await ended();
    });

    /// <summary>On the UI's thread.</summary>
    public void Dispose()
    {
        _loop.Stop();
        _loop.Dispose();
        _joinable.Dispose();
    }
}
