namespace IOLoops.Hosting;

/// <summary>One run of a hosted loop, from being attached to its end.</summary>
/// <param name="isAwaited">Whether a thread will wait for the end.</param>
internal sealed class HostedRun(bool isAwaited) : IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Mutex? _life;
    private int _lifeThreadId;
    private bool _lifeReleased; // the host's thread
    private bool _hasBegun;
    private InvalidOperationException? _endedBy; // written before _isOver
    private volatile bool _isOver;

    /// <summary>Ends with the run, never with a failure: see <see cref="ThrowIfLost"/>.</summary>
#pragma warning disable VSTHRD003 // it is pumped for, or waited for on a thread that is not the host's
    internal Task Ended => _ended.Task;
#pragma warning restore VSTHRD003

    internal bool IsOver => _isOver;

    /// <summary>Set when the run must end because it cannot go on.</summary>
    internal volatile InvalidOperationException? Lost;

    /// <summary>Set when nobody waits for the run any longer: it ends without being stopped.</summary>
    internal volatile bool Abandoned;

    internal bool MustEnd => Abandoned || Lost is not null;

    internal bool IsAwaited => isAwaited;

    internal bool HasBegun => Volatile.Read(ref _hasBegun);

    /// <summary>Set by the first turn of a run that a thread waits for.</summary>
    internal ManualResetEvent? Begun { get; } = isAwaited ? new ManualResetEvent(false) : null;

    /// <summary>Set by the end of a run that a thread waits for, just before <see cref="Ended"/>.</summary>
    internal ManualResetEvent? Finished { get; } = isAwaited ? new ManualResetEvent(false) : null;

    /// <summary>
    /// Owned by the host's thread, if it has one, from the first turn on: the runtime gives up the mutexes of a thread that
    /// ends, so that whoever waits for this one learns of it without asking again and again.
    /// </summary>
    internal Mutex? Life => Volatile.Read(ref _life);

    /// <summary>The first turn runs.</summary>
    internal void Begin(bool isHostThread)
    {
        _hasBegun = true;
        if (Begun is null)
            return;
        _lifeThreadId = Environment.CurrentManagedThreadId;
        // The pool's threads come and go without meaning anything.
        if (isHostThread && !Thread.CurrentThread.IsThreadPoolThread)
            Volatile.Write(ref _life, new Mutex(initiallyOwned: true));
        Begun.Set();
    }

    internal void End()
    {
        _endedBy = Lost;
        _isOver = true;
        TryReleaseLife();
        Finished?.Set();
        _ended.SetResult();
    }

    /// <summary>Gives up what the host's thread owns, which that thread alone can do.</summary>
    /// <returns>False: this is another thread.</returns>
    internal bool TryReleaseLife()
    {
        if (_life is null || _lifeReleased)
            return true;
        if (_lifeThreadId != Environment.CurrentManagedThreadId)
            return false;
        _lifeReleased = true;
        _life.ReleaseMutex();
        return true;
    }

    /// <summary>The run has ended, and who waited for it goes on.</summary>
    public void Dispose()
    {
        Begun?.Dispose();
        Finished?.Dispose();
        // Not _life, which the host's thread may have yet to give up.
    }

    /// <summary>
    /// Each caller gets an exception of its own, for its own stack. A post that was on its way when the run ended may fail later,
    /// as the host may go then: that is not why it ended.
    /// </summary>
    internal void ThrowIfLost()
    {
        if ((_isOver ? _endedBy : Lost) is { } lost)
            throw new InvalidOperationException(lost.Message, lost.InnerException);
    }
}
