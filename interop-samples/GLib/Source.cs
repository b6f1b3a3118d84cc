using System.Runtime.InteropServices;

namespace IOLoops.Samples;

/// <summary>
/// A GSource that calls back on the thread of its context, until it is disposed. What the callback throws goes to
/// <see cref="MainContext.Failed"/>. Any thread may dispose it.
/// </summary>
public sealed unsafe class Source : SafeHandle
{
    // A source without functions of its own is ready when its ready time has come, and at no other time. GLib keeps the pointer.
    private static readonly SourceFunctions* TimedFunctions = CreateTimedFunctions();

    private readonly MainContext _context;
    private readonly Action _callback;
    private readonly bool _once;

    private Source(MainContext context, nint source, int priority, Action callback, bool once) : base(0, ownsHandle: true)
    {
        _context = context;
        _callback = callback;
        _once = once;
        SetHandle(source);
        LibGLib.g_source_set_priority(source, priority);
        LibGLib.g_source_set_can_recurse(source, 1);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>One that calls back whenever <see cref="SetReadyTime"/> says so.</summary>
    public static Source Timed(MainContext context, int priority, Action callback)
    {
        var source = new Source(context, NewTimed(), priority, callback, once: false);
        source.Attach(null);
        return source;
    }

    /// <summary>One that calls back once, at a time of GLib's clock.</summary>
    public static Source Once(MainContext context, int priority, long microseconds, Action callback)
    {
        var source = new Source(context, NewTimed(), priority, callback, once: true);
        source.SetReadyTime(microseconds);
        source.Attach(null);
        return source;
    }

    /// <summary>One that calls back while a descriptor is readable, and when <see cref="SetReadyTime"/> says so.</summary>
    public static Source Readable(MainContext context, int priority, int fd, Action callback)
    {
        var source = new Source(context, LibGLib.g_unix_fd_source_new(fd, LibGLib.In), priority, callback, once: false);
        delegate* unmanaged<int, int, nint, int> called = &CallForDescriptor;
        source.Attach(called);
        return source;
    }

    /// <summary>Calls back at a time of GLib's clock (0: now; -1: never), once. Any thread.</summary>
    public void SetReadyTime(long microseconds) => LibGLib.g_source_set_ready_time(this, microseconds);

    protected override bool ReleaseHandle()
    {
        LibGLib.g_source_destroy(handle);
        LibGLib.g_source_unref(handle);
        return true;
    }

    private static SourceFunctions* CreateTimedFunctions()
    {
        var functions = (SourceFunctions*)NativeMemory.AllocZeroed((nuint)sizeof(SourceFunctions));
        functions->Dispatch = &Dispatch;
        return functions;
    }

    // The size is at least that of a GSource, whose last fields are private.
    private static nint NewTimed() => LibGLib.g_source_new(TimedFunctions, (uint)(16 * sizeof(nint)));

    // GLib frees the handle when the source is destroyed and no call of it runs any more.
    private void Attach(void* called)
    {
        LibGLib.g_source_set_callback(handle, called, GCHandle.ToIntPtr(GCHandle.Alloc(this)), &Free);
        LibGLib.g_source_attach(handle, _context);
    }

    private int Call(nint source)
    {
        // Before the call, which may set another time. Not by this object's handle, which another thread may dispose meanwhile.
        LibGLib.g_source_set_ready_time(source, -1);
        try
        {
            _callback();
        }
        catch (Exception exception)
        {
            _context.Report(_callback, exception); // an exception must not leave a function that C has called
        }
        return _once ? 0 : 1;
    }

    [UnmanagedCallersOnly]
    private static int Dispatch(nint source, nint called, nint data) => Of(data).Call(source);

    [UnmanagedCallersOnly]
    private static int CallForDescriptor(int fd, int condition, nint data) => Of(data).Call(LibGLib.g_main_current_source());

    [UnmanagedCallersOnly]
    private static void Free(nint data) => GCHandle.FromIntPtr(data).Free();

    private static Source Of(nint data) => (Source)GCHandle.FromIntPtr(data).Target!;
}
