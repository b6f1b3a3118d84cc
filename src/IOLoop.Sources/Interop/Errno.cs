using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace IOLoops.Sources.Interop;

/// <summary>The errno values that sources tell apart, and how a failed call becomes an exception.</summary>
internal static class Errno
{
    internal const int Ok = 0;
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int ESRCH = 3;
    internal const int EINTR = 4;
    internal const int EIO = 5;
    internal const int ENXIO = 6;
    internal const int EBADF = 9;
    internal const int ECHILD = 10;
    internal const int ENOMEM = 12;
    internal const int EACCES = 13;
    internal const int ENOTDIR = 20;
    internal const int EINVAL = 22;
    internal const int ENFILE = 23;
    internal const int EMFILE = 24;
    internal const int ENOTTY = 25;
    internal const int ENOSPC = 28;
    internal const int EPIPE = 32;

    internal static int EAGAIN => OperatingSystem.IsLinux() ? 11 : 35;

    internal static int ENOSYS => OperatingSystem.IsLinux() ? 38 : 78;

    internal static int EOPNOTSUPP => OperatingSystem.IsLinux() ? 95 : 102;

    internal static int ENOTCONN => OperatingSystem.IsWindows() ? 10057 : OperatingSystem.IsLinux() ? 107 : 57;

    internal static int ECONNABORTED => OperatingSystem.IsLinux() ? 103 : 53;

    /// <summary>errno of the call just made. Read it before anything else runs.</summary>
    internal static int Last => Marshal.GetLastSystemError();

    /// <summary>The value of a call that returns a descriptor or a count, or an exception that names the call.</summary>
    internal static int Check(int result, string call) => result >= 0 ? result : throw Failure(call, Last);

    /// <summary>An exception that says which call failed and why. Its HResult is the errno.</summary>
    internal static IOException Failure(string call, int errno)
    {
        string message = $"{call} failed: {Describe(errno)}.";
        return OperatingSystem.IsWindows()
            ? new IOException(message, new SocketException(errno)) { HResult = errno }
            : new IOException(message, errno);
    }

    internal static string Describe(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";
}
