namespace IOLoops.Sources.Processes;

/// <summary>A timeout of a loop that any thread may begin and cancel. A loop that is closed drops it, and reports nothing.</summary>
internal sealed class GraceTimeout(IOLoop loop, TimeSpan delay, Action<GraceTimeout> callback) : ILoopWorkItem
{
    private TimeoutHandle _handle; // used on the loop's thread alone
    private volatile bool _isCancelled;

    Delegate? ILoopWorkItem.Callback => callback;

    bool ILoopWorkItem.IsCancelled => true; // a closed loop asks whether to report it as lost; it is not, for the watchdog takes over

    internal void Begin() => Post();

    internal void Cancel()
    {
        _isCancelled = true;
        Post(); // work is run in order: after what Begin has posted
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_isCancelled)
            loop.RemoveTimeout(_handle);
        else
            _handle = loop.CallLater(delay, OnTime);
    }

    private void OnTime()
    {
        if (!_isCancelled)
            callback(this);
    }

    private void Post()
    {
        try
        {
            loop.AddWorkItem(this);
        }
        catch (ObjectDisposedException)
        {
            // Closed, which the watchdog covers.
        }
    }
}
