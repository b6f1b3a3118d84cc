using System.Runtime.InteropServices;

namespace IOLoops.Interop;

/// <summary>The number by which the system and its tools know the calling thread.</summary>
internal static unsafe partial class NativeThread
{
    [ThreadStatic]
    private static long t_id;

    /// <summary>Asked of the system once per thread; 0: not known here.</summary>
    internal static long CurrentId => t_id != 0 ? t_id : t_id = Ask();

    private static long Ask()
    {
        try
        {
            if (OperatingSystem.IsLinux())
                return gettid();
            if (OperatingSystem.IsWindows())
                return GetCurrentThreadId();
            ulong id;
            return OperatingSystem.IsMacOS() && pthread_threadid_np(0, &id) == 0 ? (long)id : 0;
        }
        catch (EntryPointNotFoundException)
        {
            return 0; // a C library before glibc 2.30
        }
    }

    [LibraryImport("libc")]
    private static partial int gettid();

    [LibraryImport("libc")]
    private static partial int pthread_threadid_np(nint thread, ulong* id);

    [LibraryImport("kernel32")]
    private static partial uint GetCurrentThreadId();
}
