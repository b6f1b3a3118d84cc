namespace IOLoops.Hosting;

/// <summary>
/// Gives a host work to run later. A host may run it at once when it is posted on the host's own thread, as the schedulers of some user
/// interfaces do: then nothing has been done, and the work is posted again where the host cannot do that.
/// </summary>
/// <remarks>
/// What is posted asks <see cref="IsInline"/> first. A host that decides by the current SynchronizationContext is posted to while that
/// is hidden; one that decides by the thread, from the pool. A host that runs work at once there, too, has no queue at all.
/// </remarks>
/// <param name="host">The host.</param>
/// <param name="pool">Learns what becomes of posts on a thread of the pool.</param>
internal sealed class HostPoster(HostAbilities host, IPoolPosts pool)
{
    [ThreadStatic]
    private static HostPoster? t_posting;

    [ThreadStatic]
    private static Action? t_work; // what is being posted; null: it has run already, at once

    private volatile bool _runsInline;     // it has run something at once
    private volatile bool _ignoresContext; // it has done that although no SynchronizationContext was current
    private volatile bool _hasNoQueue;     // it has done that on a thread of the pool
    private Action<Action>? _postFrom;     // made when it is first needed
    private PostElsewhere? _spare;         // interlocked
    private volatile TaskCompletionSource? _elsewhere; // ends with the first post on a thread of the pool

    /// <summary>
    /// For what is posted: whether the host runs it inside a call that posts something. Then it must do nothing, and comes again.
    /// </summary>
    internal bool IsInline(Action work)
    {
        if (!ReferenceEquals(t_posting, this))
            return false;
        if (ReferenceEquals(t_work, work))
            t_work = null; // the call sees that
        else
            PostFromPool(work); // it was queued before, and the host empties its queue here
        return true;
    }

    /// <summary>While the host is pumped, what it runs is not inside a call that posts, whatever is below on the stack.</summary>
    internal static Call Outside() => new(null, null);

    /// <summary>Any thread, holding nothing. Throws what the host throws; a post on a thread of the pool may fail later.</summary>
    internal void Post(Action work)
    {
        if (!(_ignoresContext && host.IsOnHostThread) && (TryPost(work) || TryPostOutsideContext(work)))
            return;
        if (_hasNoQueue)
            throw RunsInline(nameof(ILoopHost.Post));
        PostFromPool(work);
    }

    /// <summary>
    /// Gives the host work to run behind what waits in it; after a pause, where the host does not know what waits. As <see cref="Post"/>
    /// for threads and errors.
    /// </summary>
    internal void PostBehind(Action work)
    {
        if (host.Yielding is { } yielding)
        {
            bool isQueued;
            using (new Call(this, work))
            {
                yielding.PostBehind(work);
                isQueued = t_work is not null;
            }
            if (!isQueued)
                PostFromPool(work); // it ran at once
        }
        else
        {
            PausedPosts.Add(_postFrom ??= PostFrom, work);
        }
    }

    private void PostFromPool(Action work)
    {
        pool.Defer(work);
        var post = Interlocked.Exchange(ref _spare, null) ?? new PostElsewhere(this);
        post.Work = work;
        post.Done = _elsewhere is null ? _elsewhere = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        ThreadPool.UnsafeQueueUserWorkItem(post, preferLocal: false);
    }

    /// <summary>
    /// A host that runs work at once on this thread may do so on every thread, and then it cannot run a loop: the caller that begins the
    /// first run must learn of that. For a bounded time: the pool may be busy.
    /// </summary>
    internal void AwaitFirstElsewhere(TimeSpan limit)
    {
#pragma warning disable VSTHRD002 // for what needs nothing of this thread
        if (_elsewhere is { } first && !first.Task.IsCompleted)
            first.Task.Wait(limit);
#pragma warning restore VSTHRD002
    }

    /// <summary>Has the host run something after a time. Throws what the host throws, and when it has run it at once.</summary>
    internal IDisposable PostAfter(TimeSpan delay, Action work)
    {
        using var call = new Call(this, work);
        var timer = host.Clock!.PostAfter(delay, work);
        if (t_work is not null)
            return timer;
        timer.Dispose();
        throw RunsInline(nameof(IHostClock.PostAfter));
    }

    /// <returns>False: it ran at once.</returns>
    private bool TryPost(Action work)
    {
        if (_runsInline && !_ignoresContext && SynchronizationContext.Current is not null)
            return false; // it would decide by the context
        using var call = new Call(this, work);
        host.Host.Post(work);
        return t_work is not null;
    }

    /// <returns>False: it ran at once.</returns>
    private bool TryPostOutsideContext(Action work)
    {
        _runsInline = true;
        var context = SynchronizationContext.Current;
        if (context is not null && !_ignoresContext)
        {
            SynchronizationContext.SetSynchronizationContext(null);
            try
            {
                if (TryPost(work))
                    return true;
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(context);
            }
        }
        _ignoresContext = true; // it decides by the thread
        if (!Thread.CurrentThread.IsThreadPoolThread)
            host.InlineThread = Thread.CurrentThread;
        if (_hasNoQueue)
            host.InlineThread = null; // behind the write: see RefuseHost
        return false;
    }

    private static InvalidOperationException RunsInline(string call) => new(
        $"The host runs what it is given inside {call}, on the thread that calls that. It must queue it. Use a host or scheduler that runs its work later, for example on a thread of its own.");

    /// <summary>What the host runs meanwhile on this thread, it runs at once.</summary>
    internal readonly ref struct Call
    {
        private readonly HostPoster? _outer = t_posting;
        private readonly Action? _outerWork = t_work;

        internal Call(HostPoster? poster, Action? work)
        {
            t_posting = poster;
            t_work = work;
        }

        public void Dispose()
        {
            t_posting = _outer;
            t_work = _outerWork;
        }
    }

    /// <summary>On a thread of the pool, or one that posts after pauses.</summary>
    internal void PostFrom(Action work)
    {
        try
        {
            int begun = pool.BeginPost(work);
            if (!TryPost(work))
                throw RefuseHost();
            pool.EndPost(begun);
        }
        catch (Exception exception)
        {
            pool.FailPost(work, exception);
        }
    }

    private InvalidOperationException RefuseHost()
    {
        _hasNoQueue = true;
        Interlocked.MemoryBarrier(); // one of the two writes of InlineThread comes last: both are null from here on
        host.InlineThread = null; // it runs inline everywhere, so the thread says nothing
        return RunsInline(nameof(ILoopHost.Post));
    }

    private sealed class PostElsewhere(HostPoster poster) : IThreadPoolWorkItem
    {
        internal Action? Work { get; set; }

        internal TaskCompletionSource? Done { get; set; }

        public void Execute()
        {
            var (work, done) = (Work!, Done);
            (Work, Done) = (null, null);
            Volatile.Write(ref poster._spare, this); // mostly one post is under way at a time
            poster.PostFrom(work);
            done?.SetResult();
        }
    }
}
