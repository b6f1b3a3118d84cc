using IOLoops.Sources.Folders;
using IOLoops.Sources.Interop;

namespace IOLoops.Sources;

/// <summary>
/// Reports what changes in folders, or in trees of folders, including what <see cref="FileSystemWatcher"/> does not: when a file is completely
/// written, and that changes were lost. Enumerate it: <c>await foreach (var change in watch)</c>. Linux only. Uses no thread.
/// </summary>
/// <remarks>
/// <para>
/// Changes are collected from <see cref="Add"/> on, whether or not a consumer waits, and while the loop runs. At most a number of changes are
/// kept. When the consumer is slower than that, an <see cref="FolderChangeKind.Overflow"/> says so, once, at the place of what was lost.
/// One consumer at a time; another may continue where the first stopped.
/// </para>
/// <para>
/// With subfolders: a folder that is created or moved into the tree is watched at once, and what is in it already is reported as
/// <see cref="FolderChangeKind.Created"/>, each entry once. Such a file may be complete before it is watched: then no
/// <see cref="FolderChangeKind.Written"/> follows. Links to folders are not followed, except where the path given to <see cref="Add"/>
/// is one. Folders that may not be read are left out.
/// </para>
/// <para>
/// The kernel does not say that a folder above a given one was moved; that one is then reported with its old path. Changes that other hosts
/// make on a network file system are not seen.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// using var watch = new FolderWatch(loop);
/// watch.Add(folder);
/// await foreach (var change in watch)
/// {
///     if (change.Kind == FolderChangeKind.Written)
///     {
///         Console.WriteLine($"{Path.GetFileName(change.Path)} is complete");
///         break;
///     }
/// }
/// </code>
/// </example>
public sealed class FolderWatch : IAsyncEnumerable<FolderChange>, IDisposable
{
    private const int MostReads = 16; // at once: then other descriptors get their turn

    /// <summary>The kernel queues the halves of a move a few instructions apart. A thread may lose its processor between them.</summary>
    private static readonly TimeSpan PatienceForMoves = TimeSpan.FromMilliseconds(10);

    private readonly IOLoop _loop;
    private readonly Inotify _inotify;
    private readonly WatchedFolders _folders;
    private readonly FolderEvents _events; // on the loop's thread
    private readonly ChangeBuffer _changes;
    private int _isDisposed;
    private bool _isTimed;

    /// <summary>Watches nothing yet. Any thread.</summary>
    /// <param name="loop">Where changes are collected.</param>
    /// <param name="capacity">How many changes are kept until the consumer takes them.</param>
    /// <exception cref="IOException">The system has no inotify instance left.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public FolderWatch(IOLoop loop, int capacity = 4096)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("FolderWatch needs inotify, which only Linux has. Use FileSystemWatcher on this system.");
        ObjectDisposedException.ThrowIf(loop.IsClosed, loop);
        _loop = loop;
        _inotify = new Inotify();
        _changes = new ChangeBuffer(loop, capacity);
        _folders = new WatchedFolders(_inotify, _changes);
        _events = new FolderEvents(_inotify, _folders);
        try
        {
            _ = BeginAsync(loop.InvokeAsync(CollectAsync));
        }
        catch
        {
            _inotify.Dispose();
            throw;
        }
    }

    /// <summary>Where changes are collected.</summary>
    public IOLoop Loop => _loop;

    /// <summary>Watches a folder. Reports what changes after this call, and nothing of what is there. Any thread; blocks while the disk is read.</summary>
    /// <param name="folder">Its path, which changes are reported with; made absolute.</param>
    /// <param name="includeSubfolders">Also all folders in it, including those to come.</param>
    /// <remarks>A folder may be added several times, and inside another: a change is reported once for each path, and each call needs a
    /// <see cref="Remove"/> of its own.</remarks>
    /// <exception cref="IOException">It cannot be watched: see <see cref="Exception.HResult"/> for the errno. ENOSPC: raise the sysctl
    /// fs.inotify.max_user_watches. Nothing was added.</exception>
    /// <exception cref="ObjectDisposedException">The watch was disposed, or the loop is closed.</exception>
    public void Add(string folder, bool includeSubfolders = false)
    {
        string path = Normalize(folder);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        ObjectDisposedException.ThrowIf(_loop.IsClosed, _loop);
        _folders.Add(path, includeSubfolders);
    }

    /// <summary>Takes back the last <see cref="Add"/> of the folder. Does nothing when there is none. Any thread.</summary>
    public void Remove(string folder)
    {
        string path = Normalize(folder);
        if (Volatile.Read(ref _isDisposed) != 0)
            return;
        try
        {
            _folders.Remove(path);
        }
        catch (ObjectDisposedException)
        {
            // Disposed of meanwhile.
        }
    }

    /// <summary>The changes, from the oldest that was not taken. Never ends before <see cref="Dispose"/>.</summary>
    /// <remarks>
    /// The enumerator throws an <see cref="IOException"/> when a new subfolder cannot be watched; enumerate again to continue without it. It
    /// throws one, too, when the system's events cannot be read: then make a new watch. It
    /// throws an <see cref="ObjectDisposedException"/> when the loop is closed, and an <see cref="InvalidOperationException"/> when
    /// another enumeration has not ended.
    /// </remarks>
    /// <param name="cancellationToken">Ends the waiting; no change is lost.</param>
    public IAsyncEnumerator<FolderChange> GetAsyncEnumerator(CancellationToken cancellationToken = default) => EnumerateAsync(cancellationToken);

    /// <summary>Ends the watching, and the enumeration without an error. Changes that were not taken are discarded. Any thread.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        _changes.End(null);
        _ = CloseAsync(); // ends the collecting, which wakes the consumer
    }

    private async IAsyncEnumerator<FolderChange> EnumerateAsync(CancellationToken cancellationToken)
    {
        object consumer = new();
        _changes.Enter(consumer);
        var registration = cancellationToken.UnsafeRegister(_ => CancelWait(consumer), null);
        try
        {
            while (await _changes.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                // The token is asked first: after a cancellation on the loop's thread nothing is taken.
                cancellationToken.ThrowIfCancellationRequested();
                while (_changes.TryTake(out var change))
                {
                    yield return change;
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            registration.Unregister();
            _changes.Leave();
        }
    }

    private void CancelWait(object consumer)
    {
        if (Volatile.Read(ref _isDisposed) == 0) // else its waiting ends anyway
            _loop.TryAddCallback(_changes.CancelWait, consumer);
    }

    private async Task BeginAsync(Task collecting)
    {
        try
        {
#pragma warning disable VSTHRD003 // begun by the caller
            await collecting.ConfigureAwait(false);
#pragma warning restore VSTHRD003
        }
        catch (ObjectDisposedException closed)
        {
            await EndAsync(closed).ConfigureAwait(false); // it never began
        }
    }

    /// <summary>On the loop, until it is closed or the watch disposed.</summary>
    private async Task CollectAsync()
    {
        Exception? end = null;
        try
        {
            while (Volatile.Read(ref _isDisposed) == 0)
            {
                await _loop.WaitAsync(_inotify.Descriptor, IOEvents.Read).ConfigureAwait(false);
                Collect();
            }
        }
        catch (Exception exception)
        {
            end = exception;
        }
        await EndAsync(end).ConfigureAwait(false);
    }

    private void Collect()
    {
        bool mustWait;
        lock (_folders.Gate)
        {
            int reads = 0;
            while (reads < MostReads && _events.TryRead())
                reads++;
            mustWait = !_events.Follow(waitedUntil: 0);
            if (!mustWait)
                _folders.Settle();
        }
        AfterFollowing(mustWait);
    }

    private void AfterFollowing(bool mustWait)
    {
        if (mustWait && !_isTimed)
        {
            _isTimed = true;
            _loop.CallLater(PatienceForMoves, FollowWithout, _folders.BytesRead);
        }
        _changes.Wake();
    }

    /// <summary>Moves whose second half has not come until now went to a folder that is not watched.</summary>
    private void FollowWithout(long readThen)
    {
        _isTimed = false;
        if (Volatile.Read(ref _isDisposed) != 0)
            return;
        bool mustWait;
        try
        {
            lock (_folders.Gate)
            {
                _events.TryRead();
                mustWait = !_events.Follow(readThen);
            }
        }
        catch (ObjectDisposedException)
        {
            return; // disposed of meanwhile
        }
        catch (IOException exception)
        {
            _changes.Fail(exception); // a timeout's failure would reach the log alone
            mustWait = false;
        }
        AfterFollowing(mustWait);
    }

    private async Task EndAsync(Exception? end)
    {
        _inotify.Dispose();
        if (!_changes.End(end))
            return;
        // A wait ends on the loop in a call of its own, even after the last turn. A callback that is queued then would never run.
        if (_loop.IsOnLoopThread)
            _changes.Wake();
        else
            await WakeAsync().ConfigureAwait(false);
    }

    /// <summary>Resumes the consumer on the loop, or on the pool when the loop is closed, since a closed loop runs nothing.</summary>
    private async Task WakeAsync()
    {
        try
        {
            await _loop.InvokeAsync(_changes.Wake).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            _changes.Wake();
        }
    }

    private async Task CloseAsync()
    {
        try
        {
            await _loop.RemoveHandlerAsync(_inotify.Descriptor).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The closed loop has released it.
        }
        finally
        {
            _inotify.Dispose();
        }
    }

    private static string Normalize(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return RawPath.FromText(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
    }
}
