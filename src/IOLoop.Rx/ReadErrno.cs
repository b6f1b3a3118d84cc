using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace IOLoops.Rx;

/// <summary>The errno values that reading tells apart.</summary>
internal static class ReadErrno
{
    internal const int EINTR = 4;
    internal const int EIO = 5;
    internal const int ENOSYS = 38;     // Linux: asked of its preadv2 alone
    internal const int EOPNOTSUPP = 95; // Linux: the same

    internal static readonly int EAGAIN = OperatingSystem.IsLinux() ? 11 : 35;

    /// <summary>errno of the call just made. Read it before anything else runs.</summary>
    internal static int Last => Marshal.GetLastSystemError();

    internal static IOException Failure(int fd, int errno)
    {
        string message = $"Reading file descriptor {fd} failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno}).";
        return OperatingSystem.IsWindows()
            ? new IOException(message, new SocketException(errno)) { HResult = errno }
            : new IOException(message, errno);
    }
}
