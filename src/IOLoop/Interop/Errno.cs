using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace IOLoops.Interop;

/// <summary>
/// The errno values that the loops tell apart, and how a failed call becomes an exception. The constants are the same on
/// every Unix, and are what the pollers of Windows answer with, too; what differs is a property.
/// </summary>
internal static class Errno
{
    internal const int Ok = 0;
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int EINTR = 4;
    internal const int EBADF = 9;
    internal const int ENOMEM = 12;
    internal const int EEXIST = 17;
    internal const int ENODEV = 19;
    internal const int EINVAL = 22;
    internal const int ENFILE = 23;
    internal const int EMFILE = 24;
    internal const int ENOSPC = 28;
    internal const int EPIPE = 32;
    internal const int ENOTSOCK = 88; // Linux's; here the Windows poller's alone: a handle that is no socket

    internal static int EAGAIN => OperatingSystem.IsLinux() ? 11 : 35;

    internal static int ENOSYS => OperatingSystem.IsLinux() ? 38 : 78;

    internal static int ELOOP => OperatingSystem.IsLinux() ? 40 : 62;

    /// <summary>errno of the call just made. Read it before anything else runs.</summary>
    internal static int Last => Marshal.GetLastSystemError();

    /// <summary>The value of a call that returns a descriptor or a count, or an exception that names the call.</summary>
    internal static int Check(int result, string call) => result >= 0 ? result : throw Failure(call, Last);

    internal static IOException Failure(string call, int errno) =>
        Refusal($"{call} failed: {Describe(errno)}.", Code(errno));

    internal static Exception Failure(string call, nint fd, int errno)
    {
        if (OperatingSystem.IsWindows() && errno == ENOTSOCK)
            return new NotSupportedException($"{call} refused handle {fd}: it is not a socket. On Windows handlers are for sockets only. AddWaitHandler and WaitHandleAsync wait for events, semaphores, timers and processes; LoopStream.From of IOLoop.Sources reads and writes pipes.");
        return Refusal($"{call} refused file descriptor {fd}: {Describe(errno)}.{Advice(errno)}", Code(errno));
    }

    /// <summary>No descriptor of a Unix is as wide; a SOCKET could be.</summary>
    internal static IOException TooWide(string call, nint number) =>
        Refusal($"{call} refused file descriptor {number}: it is wider than the 31 bits that loops take ({nameof(EBADF)}).", Code(EBADF));

    internal static string Describe(int errno) => $"{Marshal.GetPInvokeErrorMessage(Code(errno))} ({Name(errno)})";

    private static IOException Refusal(string message, int code) => OperatingSystem.IsWindows()
        ? new IOException(message, new SocketException(code)) { HResult = code }
        : new IOException(message, code);

    /// <summary>The system's own number. Winsock's are the old errno values and 10000, and a number that is not open is no socket to it.</summary>
    private static int Code(int errno)
    {
        if (!OperatingSystem.IsWindows() || errno > 10000)
            return errno;
        return errno == EBADF ? Winsock.NotASocket : 10000 + errno;
    }

    private static string Advice(int errno) => errno switch
    {
        EBADF => " It is not open: it was never opened, or it has been closed.",
        ENOSPC when OperatingSystem.IsLinux() => " The limit on watches of this user is reached (fs.epoll.max_user_watches).",
        EMFILE => " This process has as many descriptors open as RLIMIT_NOFILE allows.",
        _ => "",
    };

    private static string Name(int errno) => errno switch
    {
        EPERM => nameof(EPERM),
        ENOENT => nameof(ENOENT),
        EINTR => nameof(EINTR),
        EBADF => nameof(EBADF),
        ENOMEM => nameof(ENOMEM),
        EEXIST => nameof(EEXIST),
        ENODEV => nameof(ENODEV),
        EINVAL => nameof(EINVAL),
        ENFILE => nameof(ENFILE),
        EMFILE => nameof(EMFILE),
        ENOSPC => nameof(ENOSPC),
        EPIPE => nameof(EPIPE),
        _ when errno == EAGAIN => nameof(EAGAIN),
        _ when errno == ENOSYS => nameof(ENOSYS),
        _ when errno == ELOOP => nameof(ELOOP),
        _ => $"errno {errno}",
    };
}
