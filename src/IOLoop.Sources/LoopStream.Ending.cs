using IOLoops.Sources.Interop;

namespace IOLoops.Sources;

public sealed partial class LoopStream
{
    /// <summary>
    /// Ends the writes: the peer reads the end. Shuts down the sending direction of a socket; closes the
    /// descriptor of a write-only pipe. A write in progress is finished first. Reading continues. Any thread. The second call does nothing.
    /// A system that refuses, of which no reason is known but a peer that is gone, is reported as a failed callback: see
    /// <see cref="IOLoop.CallbackException"/>.
    /// </summary>
    /// <exception cref="NotSupportedException">The descriptor has no way to say so, or is a pipe that the stream is to leave open. The end of input
    /// of a terminal is a character: write 0x04.</exception>
    /// <exception cref="ObjectDisposedException">The stream was moved to another loop: see <see cref="MoveTo"/>.</exception>
    public void CompleteWrites()
    {
        if (!_canWrite)
            throw new NotSupportedException("The stream is read-only.");
        if (Successor is not null)
            throw _shared.Disposed();
        bool isPipe = IsPipeToWrite;
        if (!isPipe && !_shared.IO.IsSocket)
        {
            throw new NotSupportedException(_shared.IO.IsTerminal
                ? "A terminal has no end of input but a character: write 0x04 at the beginning of a line."
                : "Only a socket or a write-only pipe can end its writes alone. Dispose of the stream.");
        }
        if (isPipe && _shared.LeavesOpen)
            throw new NotSupportedException("Closing is the only way to end the writes of a pipe, and leaveOpen forbids that. Close the descriptor yourself.");
        if (_writesCompleted)
            return;
        _writesCompleted = true;
        _write.After(EndWrites);
    }

    private bool IsPipeToWrite => _shared.IO.IsPipe && !_canRead;

    private void EndWrites()
    {
        if (IsPipeToWrite)
        {
            Dispose();
            Successor?.EndWritesAfterMove();
        }
        else
        {
            ShutDown();
        }
    }

    /// <summary><see cref="CompleteWrites"/> was called before the stream that this one succeeds was moved.</summary>
    private void EndWritesAfterMove()
    {
        _writesCompleted = true;
        _write.After(EndWrites);
    }

    private void ShutDown()
    {
        try
        {
            _shared.Shutdown();
        }
        catch (ObjectDisposedException)
        {
            Successor?.EndWritesAfterMove(); // else the stream was disposed: closing the descriptor ends the writes, too
        }
        catch (IOException exception) when (IsDisconnected(exception.HResult))
        {
            // The peer has read the end, or is gone.
        }
        catch (IOException exception)
        {
            // A callback of its own, which the loop reports: a write may have been in progress, whose end is not the place to throw.
            Loop.TryAddCallback(static exception => throw exception, exception);
        }
    }

    private static bool IsDisconnected(int errno) => errno == Errno.ENOTCONN
        || (OperatingSystem.IsWindows() && errno is 10052 /* WSAENETRESET */ or 10053 /* WSAECONNABORTED */ or 10054 /* WSAECONNRESET */)
        || (OperatingSystem.IsMacOS() && errno is 54 /* ECONNRESET */ or Errno.EINVAL /* a socket whose peer is gone */);

    /// <summary>
    /// Operations in progress fail with an <see cref="ObjectDisposedException"/>, on the loop. The descriptor is closed
    /// when no call uses it any more: at once, unless an operation waits and this is not the loop's thread. Any thread.
    /// </summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _shared.TryEnd())
        {
            var removal = RemoveAsync();
            if (removal.IsCompleted)
                _shared.Leave();
            else
                _ = LeaveAfterAsync(removal);
        }
        base.Dispose(disposing);
    }

    /// <summary>
    /// The same, and ends when the descriptor was closed. A <see cref="System.Runtime.InteropServices.SafeHandle"/> for which an operation waited is
    /// then disposed of, and the loop releases it, which closes its descriptor, in its next turn at the latest.
    /// </summary>
    public override async ValueTask DisposeAsync()
    {
        if (_shared.TryEnd())
        {
            await LeaveAfterAsync(RemoveAsync()).ConfigureAwait(false);
#pragma warning disable VSTHRD003 // the last operation ends it, which was cancelled
            if (_shared.Pipe is { } pipe)
                await pipe.Closed.ConfigureAwait(false);
#pragma warning restore VSTHRD003
        }
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the waiting of what is in progress.</summary>
    private ValueTask RemoveAsync()
    {
        // Ending was written, with a full fence, before this looks. An operation that is claimed later sees it.
        if (_shared.Pipe is { } pipe)
        {
            pipe.End(); // the last operation closes it when it has ended
            return ValueTask.CompletedTask;
        }
        if ((!_read.IsBusy && !_write.IsBusy) || Loop.IsClosed)
            return ValueTask.CompletedTask;
        try
        {
            return Loop.RemoveHandlerAsync(Descriptor);
        }
        catch (ObjectDisposedException)
        {
            return ValueTask.CompletedTask; // closed meanwhile: it has ended its waits
        }
    }

    private async Task LeaveAfterAsync(ValueTask removal)
    {
        try
        {
            await removal.ConfigureAwait(false);
        }
        finally
        {
            _shared.Leave();
        }
    }
}
