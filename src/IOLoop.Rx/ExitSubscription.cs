using IOLoops.Sources;

namespace IOLoops.Rx;

/// <summary>Notifies how a child has ended, in a callback: the task's other continuations are user code, too.</summary>
internal sealed class ExitSubscription(ChildProcess child, IObserver<ExitStatus> observer) : LoopNotifier<ExitStatus>(child.Loop, observer), IDisposable
{
    private volatile bool _isOver;

    internal void Begin()
    {
        EnterContext();
        _ = child.Exited.ContinueWith(
            static (_, self) => ((ExitSubscription)self!).Post(), this,
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public void Dispose() => _isOver = true;

    private void Post() => Loop.TryAddCallback(static subscription => subscription.Notify(), this);

    private void Notify()
    {
        if (_isOver)
            return;
#pragma warning disable VSTHRD002, VSTHRD103 // it has ended
        if (child.Exited.IsFaulted)
            NotifyEnd(child.Exited.Exception.InnerException);
        else if (TryNotify(child.Exited.Result) && !_isOver)
            NotifyEnd(null);
#pragma warning restore VSTHRD002, VSTHRD103
    }
}
