using System.IO.Pipes;

namespace IOLoops.Sources.Streams;

/// <summary>
/// A pipe of Windows, where a loop cannot wait until it is ready: what is begun ends by itself, as overlapped I/O of .NET, and is then
/// delivered on the loop.
/// </summary>
internal sealed class OverlappedPipe : IDisposable
{
    private readonly IOLoop _loop;
    private readonly CancellationTokenSource _ended; // by the stream's disposal, or with its loop
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _leaveOpen;

    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    internal OverlappedPipe(IOLoop loop, PipeStream stream, bool leaveOpen)
    {
        _loop = loop;
        Stream = stream;
        _leaveOpen = leaveOpen;
        _ended = OperatingSystem.IsWindows() ? CancellationTokenSource.CreateLinkedTokenSource(LoopEnd.Of(loop)) : new CancellationTokenSource();
    }

    internal PipeStream Stream { get; }

    internal bool LeavesOpen => _leaveOpen;

    /// <summary>Ends when it was closed.</summary>
#pragma warning disable VSTHRD003 // disposal ends it
    internal Task Closed => _closed.Task;
#pragma warning restore VSTHRD003

    /// <summary>Ends what is in progress: the stream was disposed.</summary>
    internal void End() => _ended.Cancel();

    /// <summary>What ends an operation besides its own token; null: nothing.</summary>
    internal CancellationTokenSource? Link(CancellationToken token) =>
        token.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(token, _ended.Token) : null;

    internal CancellationToken Token => _ended.Token;

    /// <summary>Why an operation ended that was not cancelled.</summary>
    internal ObjectDisposedException Closure() => new(_loop.Name, "The loop was closed while this waited for a pipe.");

    /// <summary>A stream on another loop has it from now on. Nothing is in progress.</summary>
    internal void Detach() => _ended.Dispose();

    /// <summary>The stream was disposed, and no operation uses the pipe any more.</summary>
    public void Dispose()
    {
        _ended.Dispose();
        if (!_leaveOpen)
            Stream.Dispose();
        _closed.TrySetResult();
    }
}
