namespace IOLoops.Samples;

/// <summary>
/// A GMainContext as a guest of a loop: the loop watches what GLib wants to have watched, and GLib's sources are called in turns of the
/// loop. All members: on the loop's thread.
/// </summary>
public sealed unsafe class GuestContext : IDisposable
{
    private readonly IOLoop _loop;
    private readonly MainContext _context;
    private readonly Action _iterate;
    private readonly Action<Delegate, Exception> _keep;
    private readonly HashSet<int> _watched = [];
    private readonly HashSet<int> _refused = []; // those that GLib wants and the loop does not watch
    private readonly Queue<(Delegate Callback, Exception Exception)> _failures = []; // to be reported when GLib has returned
    private PollDescriptor[] _descriptors = new PollDescriptor[8]; // what GLib last asked to have watched
    private int _count;
    private int _priority;
    private TimeoutHandle _due;
    private bool _isDisposed;

    /// <exception cref="InvalidOperationException">Another thread runs the context; or the loop has a handler for a descriptor that it watches.</exception>
    public GuestContext(IOLoop loop, MainContext context)
    {
        ArgumentNullException.ThrowIfNull(loop);
        if (LibGLib.g_main_context_acquire(context) == 0)
            throw new InvalidOperationException("Another thread runs this GMainContext. Iterate it on one thread only.");
        _loop = loop;
        _context = context;
        _iterate = Iterate;
        _keep = Keep;
        try
        {
            Prepare();
            if (_failures.TryDequeue(out var failure))
                throw failure.Exception;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _loop.RemoveTimeout(_due);
        foreach (int fd in _watched)
            _loop.RemoveHandler(fd);
        LibGLib.g_main_context_release(_context);
    }

    private void Iterate()
    {
        _context.Failed += _keep;
        fixed (PollDescriptor* descriptors = _descriptors)
        {
            _ = LibGLib.g_poll(descriptors, (uint)_count, 0); // when it fails, nothing is ready yet
            if (LibGLib.g_main_context_check(_context, _priority, descriptors, _count) != 0)
                LibGLib.g_main_context_dispatch(_context);
        }
        _context.Failed -= _keep;
        if (!_isDisposed) // by what was called
            Prepare();
        Report();
    }

    private void Keep(Delegate callback, Exception exception) => _failures.Enqueue((callback, exception));

    private void Report()
    {
        while (_failures.TryDequeue(out var failure))
            _loop.HandleCallbackException(failure.Callback, failure.Exception);
    }

    private void Prepare()
    {
        int priority, milliseconds;
        LibGLib.g_main_context_prepare(_context, &priority);
        _priority = priority;
        while ((_count = Query(&milliseconds)) > _descriptors.Length)
            _descriptors = new PollDescriptor[_count];
        Watch(_descriptors.AsSpan(0, _count));
        _loop.RemoveTimeout(_due);
        _due = milliseconds < 0 ? default : _loop.CallLater(TimeSpan.FromMilliseconds(milliseconds), _iterate);
    }

    private int Query(int* milliseconds)
    {
        fixed (PollDescriptor* descriptors = _descriptors)
            return LibGLib.g_main_context_query(_context, _priority, milliseconds, descriptors, _descriptors.Length);
    }

    private void Watch(ReadOnlySpan<PollDescriptor> wanted)
    {
        foreach (int fd in _watched)
        {
            if (!IsWanted(wanted, fd))
            {
                _loop.RemoveHandler(fd);
                _watched.Remove(fd);
            }
        }
        foreach (int fd in _refused)
        {
            if (!IsWanted(wanted, fd))
                _refused.Remove(fd);
        }
        foreach (var descriptor in wanted)
            Watch(descriptor.Descriptor, (IOEvents)descriptor.Events & (IOEvents.Read | IOEvents.Priority | IOEvents.Write));
    }

    private void Watch(int fd, IOEvents events)
    {
        try
        {
            if (_watched.Contains(fd))
                _loop.UpdateHandler(fd, events); // also when they are the same: the number may be that of another file by now
            else
                _loop.AddHandler(fd, (_, _) => Iterate(), events);
            _watched.Add(fd); // not before: a handler that the program has added stays as it is
            _refused.Remove(fd);
        }
        catch (Exception exception)
        {
            if (_refused.Add(fd)) // it is tried again in each iteration, and reported once
                Keep(_iterate, exception);
        }
    }

    private static bool IsWanted(ReadOnlySpan<PollDescriptor> wanted, int fd)
    {
        foreach (var descriptor in wanted)
        {
            if (descriptor.Descriptor == fd)
                return true;
        }
        return false;
    }
}
