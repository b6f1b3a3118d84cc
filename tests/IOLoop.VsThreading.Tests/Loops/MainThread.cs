using IOLoops.Conformance;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading.Tests.Loops;

/// <summary>A thread that pumps a <see cref="SingleThreadedSynchronizationContext"/>, as a UI thread pumps its messages, and its context.</summary>
internal sealed class MainThread : IDisposable
{
    private readonly TaskCompletionSource<SynchronizationContext> _ready = new();
    private readonly SingleThreadedSynchronizationContext.Frame _frame = new();
    private readonly Thread _thread;

    internal MainThread()
    {
        _thread = new Thread(Pump) { IsBackground = true, Name = "Main" };
        _thread.UnsafeStart();
        Bounded.Await(_ready.Task, "the main thread");
        Context = new JoinableTaskContext(_thread, SynchronizationContext);
    }

    internal JoinableTaskContext Context { get; }

    internal Thread Thread => _thread;

    internal SynchronizationContext SynchronizationContext => _ready.Task.GetAwaiter().GetResult();

    /// <summary>Ends the pump, and with it the thread.</summary>
    public void Dispose()
    {
        End();
        if (!_thread.Join(Bounded.Patience))
            throw new TimeoutException("The main thread has not ended.");
    }

    internal void End() => SynchronizationContext.Post(_ => _frame.Continue = false, null);

    private void Pump()
    {
        var context = new SingleThreadedSynchronizationContext();
        SynchronizationContext.SetSynchronizationContext(context);
        _ready.SetResult(context);
        context.PushFrame(_frame);
    }
}
