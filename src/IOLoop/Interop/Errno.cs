using System.Runtime.InteropServices;

namespace IOLoops.Interop;

/// <summary>The errno values that the loops tell apart (Linux), and how a failed call becomes an exception.</summary>
internal static class Errno
{
    internal const int Ok = 0;
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int EINTR = 4;
    internal const int EBADF = 9;
    internal const int EAGAIN = 11;
    internal const int ENOMEM = 12;
    internal const int EEXIST = 17;
    internal const int EINVAL = 22;
    internal const int ENFILE = 23;
    internal const int EMFILE = 24;
    internal const int ENOSPC = 28;
    internal const int ENOSYS = 38;
    internal const int ELOOP = 40;

    /// <summary>errno of the call just made. Read it before anything else runs.</summary>
    internal static int Last => Marshal.GetLastSystemError();

    /// <summary>The value of a call that returns a descriptor or a count, or an exception that names the call.</summary>
    internal static int Check(int result, string call) => result >= 0 ? result : throw Failure(call, Last);

    internal static IOException Failure(string call, int errno) =>
        new($"{call} failed: {Describe(errno)}.", errno);

    internal static IOException Failure(string call, nint fd, int errno) =>
        new($"{call} refused file descriptor {fd}: {Describe(errno)}.{Advice(errno)}", errno);

    internal static string Describe(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} ({Name(errno)})";

    private static string Advice(int errno) => errno switch
    {
        EBADF => " It is not open: it was never opened, or it has been closed.",
        ENOSPC => " The limit on watches of this user is reached (fs.epoll.max_user_watches).",
        EMFILE => " This process has as many descriptors open as RLIMIT_NOFILE allows.",
        _ => "",
    };

    private static string Name(int errno) => errno switch
    {
        EPERM => nameof(EPERM),
        ENOENT => nameof(ENOENT),
        EINTR => nameof(EINTR),
        EBADF => nameof(EBADF),
        EAGAIN => nameof(EAGAIN),
        ENOMEM => nameof(ENOMEM),
        EEXIST => nameof(EEXIST),
        EINVAL => nameof(EINVAL),
        ENFILE => nameof(ENFILE),
        EMFILE => nameof(EMFILE),
        ENOSPC => nameof(ENOSPC),
        ENOSYS => nameof(ENOSYS),
        ELOOP => nameof(ELOOP),
        _ => $"errno {errno}",
    };
}
