using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace IOLoops.Samples;

/// <summary>What the sample needs of libglib-2.0. All of it may be called from any thread unless a comment says otherwise.</summary>
internal static unsafe partial class LibGLib
{
    internal const int OwnerlessPolling = 1; // G_MAIN_CONTEXT_FLAGS_OWNERLESS_POLLING, GLib 2.72
    internal const int In = 1;               // G_IO_IN is the system's POLLIN

    private const string Library = "libglib-2.0.so.0";

    [LibraryImport(Library)]
    internal static partial nint g_main_context_default();

    [LibraryImport(Library)]
    internal static partial nint g_main_context_new_with_flags(int flags);

    [LibraryImport(Library)]
    internal static partial nint g_main_context_ref(nint context);

    [LibraryImport(Library)]
    internal static partial void g_main_context_unref(nint context);

    [LibraryImport(Library)]
    internal static partial int g_main_context_acquire(MainContext context);

    [LibraryImport(Library)]
    internal static partial void g_main_context_release(MainContext context);

    [LibraryImport(Library)]
    internal static partial void g_main_context_wakeup(MainContext context);

    [LibraryImport(Library)]
    internal static partial int g_main_context_iteration(MainContext context, int mayBlock);

    // The four steps of an iteration, on the thread that has acquired the context.
    [LibraryImport(Library)]
    internal static partial int g_main_context_prepare(MainContext context, int* priority);

    [LibraryImport(Library)]
    internal static partial int g_main_context_query(MainContext context, int maxPriority, int* milliseconds, PollDescriptor* descriptors, int count);

    [LibraryImport(Library)]
    internal static partial int g_main_context_check(MainContext context, int maxPriority, PollDescriptor* descriptors, int count);

    [LibraryImport(Library)]
    internal static partial void g_main_context_dispatch(MainContext context);

    [LibraryImport(Library)]
    internal static partial int g_poll(PollDescriptor* descriptors, uint count, int milliseconds);

    [LibraryImport(Library)]
    internal static partial nint g_main_loop_new(MainContext context, int isRunning);

    [LibraryImport(Library)]
    internal static partial void g_main_loop_run(nint loop);

    [LibraryImport(Library)]
    internal static partial void g_main_loop_quit(nint loop);

    [LibraryImport(Library)]
    internal static partial void g_main_loop_unref(nint loop);

    [LibraryImport(Library)]
    internal static partial nint g_source_new(SourceFunctions* functions, uint size);

    [LibraryImport(Library)]
    internal static partial nint g_unix_fd_source_new(int fd, int condition);

    [LibraryImport(Library)]
    internal static partial void g_source_set_callback(nint source, void* callback, nint data, delegate* unmanaged<nint, void> free);

    [LibraryImport(Library)]
    internal static partial void g_source_set_priority(nint source, int priority);

    [LibraryImport(Library)]
    internal static partial void g_source_set_can_recurse(nint source, int canRecurse);

    [LibraryImport(Library)]
    internal static partial uint g_source_attach(nint source, MainContext context);

    [LibraryImport(Library)]
    internal static partial void g_source_set_ready_time(nint source, long microseconds);

    [LibraryImport(Library)]
    internal static partial void g_source_set_ready_time(Source source, long microseconds);

    /// <summary>The source whose callback runs on this thread.</summary>
    [LibraryImport(Library)]
    internal static partial nint g_main_current_source();

    [LibraryImport(Library)]
    internal static partial void g_source_destroy(nint source);

    [LibraryImport(Library)]
    internal static partial void g_source_unref(nint source);

    [LibraryImport(Library)]
    internal static partial long g_get_monotonic_time();

    [LibraryImport(Library)]
    internal static partial long g_get_real_time();
}
