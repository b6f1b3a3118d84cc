using System.ComponentModel;
using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Ownership;

namespace IOLoops;

/// <summary>The result of <see cref="IOLoop.SwitchTo"/>. Await it.</summary>
public readonly struct LoopAwaitable : ICriticalNotifyCompletion
{
    private readonly IOLoop _loop;

    internal LoopAwaitable(IOLoop loop) => _loop = loop;

    /// <summary>Whether the caller is on the loop already, or the loop is closed, for which <see cref="GetResult"/> throws.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool IsCompleted => _loop.IsOnLoopThread || _loop.IsClosed;

    /// <summary>The awaiter: the value itself.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public LoopAwaitable GetAwaiter() => this;

    /// <summary>Ends the await.</summary>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void GetResult()
    {
        if (!_loop.IsOnLoopThread)
            ObjectDisposedException.ThrowIf(_loop.IsClosed, _loop);
    }

    /// <summary>Resumes on the loop, in the captured context.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void OnCompleted(Action continuation) => Post(continuation, DefaultContext.Capture());

    /// <summary>Resumes on the loop.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void UnsafeOnCompleted(Action continuation) => Post(continuation, null);

    private void Post(Action continuation, ExecutionContext? context)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        bool accepted = _loop.Core is { } core
            ? core.Poster.TryPost(new WorkItem(continuation, null, SwitchInvoker.Instance, context))
            : _loop.TryAddCallback(continuation);
        if (!accepted)
            SwitchInvoker.Instance.Drop(continuation, null);
    }
}
