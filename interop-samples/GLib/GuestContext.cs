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
    private readonly HashSet<int> _watched = [];
    private PollDescriptor[] _descriptors = new PollDescriptor[8]; // what GLib last asked to have watched
    private int _count;
    private int _priority;
    private TimeoutHandle _due;
    private bool _isDisposed;

    /// <exception cref="InvalidOperationException">Another thread runs the context.</exception>
    public GuestContext(IOLoop loop, MainContext context)
    {
        ArgumentNullException.ThrowIfNull(loop);
        if (LibGLib.g_main_context_acquire(context) == 0)
            throw new InvalidOperationException("Another thread runs this GMainContext. Iterate it on one thread only.");
        _loop = loop;
        _context = context;
        _iterate = Iterate;
        Prepare();
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
        fixed (PollDescriptor* descriptors = _descriptors)
        {
            _ = LibGLib.g_poll(descriptors, (uint)_count, 0); // when it fails, nothing is ready yet
            if (LibGLib.g_main_context_check(_context, _priority, descriptors, _count) != 0)
                LibGLib.g_main_context_dispatch(_context);
        }
        if (!_isDisposed) // by what was called
            Prepare();
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
        foreach (var descriptor in wanted)
        {
            var events = (IOEvents)descriptor.Events & (IOEvents.Read | IOEvents.Priority | IOEvents.Write);
            if (_watched.Add(descriptor.Descriptor))
                _loop.AddHandler(descriptor.Descriptor, (_, _) => Iterate(), events);
            else
                _loop.UpdateHandler(descriptor.Descriptor, events); // also when they are the same: the number may be that of another file by now
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
