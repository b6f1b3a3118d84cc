using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace IOLoops.Interop;

/// <summary>
/// The C library, blittable signatures alone. None sets the last P/Invoke error: the cost is in every call, the need
/// only in a failed one, where <see cref="Errno.Last"/> reads errno itself. That is as safe as the generated code, which
/// reads errno after the call's return to managed code, too (the runtime preserves it there).
/// </summary>
internal static unsafe partial class Libc
{
    internal const int CloseOnExec = 0x80000; // O_CLOEXEC = EPOLL_CLOEXEC = EFD_CLOEXEC = TFD_CLOEXEC on Linux
    internal const int NonBlock = 0x800;      // O_NONBLOCK = EFD_NONBLOCK = TFD_NONBLOCK on Linux
    internal const int ClockMonotonic = 1;

    internal const int EpollAdd = 1;
    internal const int EpollDelete = 2;
    internal const int EpollModify = 3;

    private const string Library = "libc";

    [LibraryImport(Library)]
    internal static partial int epoll_create1(int flags);

    [LibraryImport(Library)]
    internal static partial int epoll_ctl(int epoll, int operation, int fd, byte* @event);

    [LibraryImport(Library)]
    internal static partial int epoll_wait(int epoll, byte* events, int maxEvents, int milliseconds);

    [LibraryImport(Library)]
    internal static partial int epoll_pwait2(int epoll, byte* events, int maxEvents, Timespec* timeout, void* signalMask);

    [LibraryImport(Library)]
    internal static partial int poll(UnixPollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport(Library)]
    internal static partial int ppoll(UnixPollDescriptor* descriptors, nuint count, Timespec* timeout, void* signalMask);

    [LibraryImport(Library)]
    internal static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library)]
    internal static partial int pipe2(int* descriptors, int flags);

    [LibraryImport(Library)]
    internal static partial int timerfd_create(int clock, int flags);

    [LibraryImport(Library)]
    internal static partial int timerfd_settime(int fd, int flags, TimerSpec* value, TimerSpec* old);

    [LibraryImport(Library)]
    internal static partial nint read(int fd, void* buffer, nuint count);

    [LibraryImport(Library)]
    internal static partial nint write(int fd, void* buffer, nuint count);

    [LibraryImport(Library)]
    internal static partial int close(int fd);

    [LibraryImport(Library)]
    internal static partial int statx(int directory, byte* path, int flags, uint mask, void* result);

    [LibraryImport(Library)]
    internal static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);
}
