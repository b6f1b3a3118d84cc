namespace IOLoops.Interop;

/// <summary>Calls on bare numbers.</summary>
internal static class NativeFile
{
    /// <summary>Closes a number. One that is not open is no error; nor is EINTR, after which it is closed all the same.</summary>
    internal static void Close(nint number)
    {
        if (OperatingSystem.IsWindows())
        {
            _ = Winsock.closesocket(number); // WSAENOTSOCK: not open
            return;
        }
        if (number < 0 || number > int.MaxValue || Libc.close((int)number) >= 0)
            return;
        int errno = Errno.Last;
        if (errno is not (Errno.EBADF or Errno.EINTR))
            throw Errno.Failure("close", number, errno);
    }
}
