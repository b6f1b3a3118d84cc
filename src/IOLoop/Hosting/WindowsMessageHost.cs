using System.Diagnostics;
using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Hosting;

/// <summary>A thread that pumps Windows messages as a host: turns are messages of a window of its own, at most one of them on its way.</summary>
/// <remarks>
/// One item per message, and the message for the next is posted before an item runs: so what is queued runs in the message loop of a
/// modal dialog, too, that an item shows, and the thread's other posted messages come in between.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsMessageHost : IPumpableHost, INestingHost, IHostLifetime, IDisposable
{
    private static readonly TimeSpan FullQueuePause = TimeSpan.FromMilliseconds(10);

    private readonly Thread _thread = Thread.CurrentThread; // ids are reused when a thread has ended
    private readonly uint _threadId = User32.GetCurrentThreadId();
    private readonly ThreadEnd _threadEnd = new();
    private readonly MessageWindow _window;
    private readonly Lock _gate = new();
    private readonly Queue<Action> _queue = [];  // guarded by _gate
    private bool _isPosted;                      // guarded by _gate; whether a message is on its way for what is queued
    private bool _isClosed;                      // guarded by _gate
    private bool _isDestroyed;                   // guarded by _gate
    private RegisteredWaitHandle? _watch;        // guarded by _gate; as long as the loop runs

    /// <summary>On the thread that is to be the host.</summary>
    internal WindowsMessageHost()
    {
        _window = MessageWindow.Create(this);
        _ask = _ => Ask();
    }

    /// <summary>A loop that was never closed: its window goes when its thread pumps next.</summary>
    ~WindowsMessageHost()
    {
        if (_window is not null) // else it could not be made
            PostEnd();
    }

    /// <summary>Called with the reason why no turn will run any more. Set before the first run.</summary>
    internal Action<Exception> OnLost { get; set; } = static _ => { };

    internal MessageWindow Window => _window;

    public bool IsOnHostThread => ReferenceEquals(Thread.CurrentThread, _thread);

    public bool CanPump => IsOnHostThread;

    public void Post(Action turn)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            ThrowIfDestroyed();
            _queue.Enqueue(turn);
            if (_isPosted)
                return;
            _isPosted = true;
            _window.Keep(this);
        }
        try
        {
            PostMessage(WindowMessageKind.Run);
        }
        catch
        {
            lock (_gate)
                _isPosted = false; // the next one is not to wait for a message that does not come
            throw;
        }
    }

    public void OnRunBeginning()
    {
        lock (_gate)
        {
            ThrowIfDestroyed();
            if (!_thread.IsAlive)
                throw new InvalidOperationException("The thread that the loop was made on has ended.");
            _watch = ThreadPool.UnsafeRegisterWaitForSingleObject(
                _threadEnd, static (host, _) => OnThreadEnded((WeakReference<WindowsMessageHost>)host!), new WeakReference<WindowsMessageHost>(this), Timeout.Infinite, executeOnlyOnce: true);
        }
    }

    public void OnRunEnded()
    {
        RegisteredWaitHandle? watch;
        lock (_gate)
        {
            watch = _watch;
            _watch = null;
        }
        watch?.Unregister(null);
    }

    /// <summary>The loop is closed. What was posted before still runs: it does nothing, or tells of the end of a run.</summary>
    public void Dispose()
    {
        OnLost = static _ => { };
        bool isIdle;
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            isIdle = !_isPosted;
        }
        GC.SuppressFinalize(this);
        _threadEnd.Dispose();
        if (isIdle && IsOnHostThread)
            _window.Destroy();
        else
            PostEnd();
    }

    /// <summary>Runs the thread's messages.</summary>
    /// <exception cref="InvalidOperationException">The thread is to end: WM_QUIT was posted.</exception>
    public unsafe void Pump(Task until)
    {
        // By a message of the thread: the window may go while it is pumped. In a full queue there are enough others.
        _ = until.ContinueWith(
            static (_, thread) => User32.PostThreadMessageW((uint)thread!, User32.Nothing, 0, 0),
            _threadId, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        WindowMessage message;
        while (!until.IsCompleted)
        {
            if (User32.GetMessageW(&message, 0, 0, 0) == 0)
            {
                User32.PostQuitMessage((int)message.WParam); // for the loops further up the stack
                throw new InvalidOperationException(
                    "The thread that pumps messages for the loop was asked to quit (WM_QUIT), so the loop can no longer be waited for there. Call Stop() before PostQuitMessage or Application.Exit.");
            }
            _ = User32.TranslateMessage(&message);
            _ = User32.DispatchMessageW(&message);
        }
    }

    /// <summary>In the window's procedure.</summary>
    internal void OnMessage(WindowMessageKind kind)
    {
        switch (kind)
        {
            case WindowMessageKind.Run:
                RunNext();
                break;
            case WindowMessageKind.Question:
                Answer();
                break;
            case WindowMessageKind.Behind:
                RunBehind();
                break;
            case WindowMessageKind.End:
                _window.Destroy();
                break;
            case WindowMessageKind.Destroyed:
                OnDestroyed();
                break;
        }
    }

    /// <summary>What was posted has thrown, which nothing of the loop's does.</summary>
    internal void OnFailed(Exception exception) => OnLost(exception);

    private void RunNext()
    {
        Action? next;
        bool again;
        lock (_gate)
        {
            again = _queue.TryDequeue(out next) && _queue.Count > 0;
            _isPosted = again;
            ReleaseIfIdle();
        }
        if (again)
            PostMessage(WindowMessageKind.Run);
        next?.Invoke();
    }

    /// <summary>Under the gate, on the window's thread.</summary>
    private void ReleaseIfIdle()
    {
        if (!_isPosted && _behind is null)
            _window.Release();
    }

    private void OnDestroyed()
    {
        lock (_gate)
        {
            _isDestroyed = true;
            _queue.Clear();
        }
        _window.Release();
        OnLost(new InvalidOperationException("The message window of the loop was destroyed."));
    }

    private static void OnThreadEnded(WeakReference<WindowsMessageHost> ended)
    {
        if (ended.TryGetTarget(out var host))
            host.OnLost(new InvalidOperationException("The thread that the loop was made on has ended."));
    }

    /// <summary>Under the gate.</summary>
    private void ThrowIfDestroyed()
    {
        if (_isDestroyed)
            throw new InvalidOperationException("The message window of the loop was destroyed.");
    }

    /// <summary>Any thread. A queue that is full is tried again.</summary>
    private void PostMessage(WindowMessageKind kind)
    {
        if (!_window.TryPost(kind))
            PostLater(kind);
    }

    // A method of its own: a closure is allocated where its method begins, also when it is not needed there.
    private void PostLater(WindowMessageKind kind) =>
        _ = Task.Delay(FullQueuePause).ContinueWith(_ => PostAgain(kind), TaskScheduler.Default);

    private void PostAgain(WindowMessageKind kind)
    {
        try
        {
            PostMessage(kind);
        }
        catch (InvalidOperationException gone)
        {
            OnLost(gone);
        }
    }

    private void PostEnd()
    {
        try
        {
            PostMessage(WindowMessageKind.End);
        }
        catch (InvalidOperationException)
        {
            // The window is gone already.
        }
    }
}
