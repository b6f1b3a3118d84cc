using IOLoops.Callbacks;
using Microsoft.Extensions.Logging;

namespace IOLoops.Diagnostics;

/// <summary>
/// Reports callbacks that were accepted by a loop which was collected without having been closed: nothing else can report any more that
/// they never ran. Held by the loop alone, and holds nothing of it but the queue.
/// </summary>
internal sealed class ForgottenCallbacks(CallbackQueue callbacks, ILogger logger, string loop)
{
    /// <summary>Runs on the finalizer's thread, on which nothing may be waited for, and nothing thrown: a logger does both.</summary>
    ~ForgottenCallbacks()
    {
        try
        {
            if (callbacks.HasWork)
                ThreadPool.UnsafeQueueUserWorkItem(static forgotten => forgotten.Report(), this, preferLocal: false);
        }
        catch (Exception)
        {
            // The process has more serious trouble.
        }
    }

    /// <summary>The loop is closed, and reports them itself.</summary>
#pragma warning disable CA1816 // its finalizer is all that there is to it
    internal void Cancel() => GC.SuppressFinalize(this);
#pragma warning restore CA1816

    private void Report()
    {
        try
        {
            var missed = CallbackQueue.Drop(callbacks.Close());
            if (missed.Count > 0)
                LoopLog.CallbacksForgotten(logger, loop, missed.Count, LoopLog.Describe(WorkItemCall.Name(missed[0])));
        }
        catch (Exception exception)
        {
            LoopLog.DisposeFailed(logger, exception, loop);
        }
    }
}
