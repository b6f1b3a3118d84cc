using IOLoops.Conformance;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.Sources.Tests.Loops;

/// <summary>A thread that pumps a <see cref="SingleThreadedSynchronizationContext"/>, as a UI thread pumps its messages.</summary>
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
        JoinableTaskContext = new JoinableTaskContext(_thread, Context);
    }

    internal SynchronizationContext Context => _ready.Task.GetAwaiter().GetResult();

    internal JoinableTaskContext JoinableTaskContext { get; }

    /// <summary>Ends the pump, and with it the thread.</summary>
    public void Dispose()
    {
        Context.Post(_ => _frame.Continue = false, null);
        if (!_thread.Join(Bounded.Patience))
            throw new TimeoutException("The main thread has not ended.");
    }

    private void Pump()
    {
        var context = new SingleThreadedSynchronizationContext();
        SynchronizationContext.SetSynchronizationContext(context);
        _ready.SetResult(context);
        context.PushFrame(_frame);
    }
}
