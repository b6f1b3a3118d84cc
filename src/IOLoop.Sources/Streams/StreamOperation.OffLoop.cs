using System.IO.Pipes;

namespace IOLoops.Sources.Streams;

/// <summary>What ends without the loop: operations of disks, and overlapped ones of pipes of Windows. The result is delivered on the loop.</summary>
internal abstract partial class StreamOperation
{
    private readonly Action _onEnded;
    private Exception? _failure; // written where it ends, read on the loop

    /// <summary>Does all, on a thread of the pool, and waits for a disk.</summary>
    protected abstract void DoOnDisk();

    /// <summary>Does all by overlapped I/O.</summary>
    protected abstract ValueTask TransferAsync(PipeStream pipe, CancellationToken cancellationToken);

    /// <summary>On a thread of the pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            Shared.Enter();
            try
            {
                _token.ThrowIfCancellationRequested();
                DoOnDisk();
            }
            finally
            {
                Shared.Leave();
            }
        }
        catch (Exception exception)
        {
            _failure = exception;
        }
        _loop.SwitchTo().GetAwaiter().UnsafeOnCompleted(_onEnded); // on the pool when the loop is closed: the result is no less true
    }

    /// <summary>Begins on the loop's thread, and ends on one of the pool's.</summary>
    private async Task TransferAsync(OverlappedPipe pipe, CancellationToken token)
    {
        try
        {
            Shared.Enter();
            try
            {
                using var linked = pipe.Link(token);
                await TransferAsync(pipe.Stream, linked?.Token ?? pipe.Token).ConfigureAwait(false);
            }
            finally
            {
                Shared.Leave();
            }
        }
        catch (Exception exception)
        {
            _failure = exception;
        }
        _loop.SwitchTo().GetAwaiter().UnsafeOnCompleted(_onEnded); // as above
    }

    /// <summary>What was not waited for as readiness has ended.</summary>
    private void OnEnded()
    {
        var failure = _failure;
        _failure = null;
        if (failure is OperationCanceledException cancelled && Shared.Pipe is not null)
        {
            failure = Explain(cancelled);
            if (failure is null)
            {
                Wait();
                return;
            }
        }
        if (failure is null)
            Succeed();
        else
            Fail(failure);
    }
}
