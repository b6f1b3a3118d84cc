using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Samples;

/// <summary>Reading and writing without waiting: a loop's handlers must never block.</summary>
internal static class Libc
{
    private const int ENOENT = 2;
    private const int EINTR = 4;
    private const int EIO = 5;
    private const int EAGAIN = 11;

    private const int ReadOnly = 0;
    private const int NoControllingTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    /// <returns>
    /// How many bytes were read; null: nothing is there now; 0: the end, which a pty tells as an I/O error once nobody has
    /// its other side open.
    /// </returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static int? Read(SafeHandle descriptor, Span<byte> buffer)
    {
        while (true)
        {
            nint count = read(descriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length);
            if (count >= 0)
                return (int)count;
            switch (Marshal.GetLastPInvokeError())
            {
                case EINTR:
                    break;
                case EAGAIN:
                    return null;
                case EIO:
                    return 0;
                default:
                    throw Failure("read");
            }
        }
    }

    /// <returns>How many bytes were taken: perhaps not all, perhaps none.</returns>
    /// <exception cref="IOException">It cannot be written to.</exception>
    internal static int Write(SafeHandle descriptor, ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            nint count = write(descriptor, ref MemoryMarshal.GetReference(bytes), bytes.Length);
            if (count >= 0)
                return (int)count;
            switch (Marshal.GetLastPInvokeError())
            {
                case EINTR:
                    break;
                case EAGAIN:
                    return 0;
                case EIO:
                    return bytes.Length; // a pty whose other side nobody has open: nobody will ever read it
                default:
                    throw Failure("write");
            }
        }
    }

    /// <summary>
    /// Opens to read, and does not wait: <see cref="File.OpenHandle"/> waits at a named pipe until somebody opens it to write.
    /// </summary>
    /// <exception cref="IOException">It cannot be opened; the message says why.</exception>
    internal static SafeFileHandle OpenWithoutWaiting(string path)
    {
        while (true)
        {
            int descriptor = open(path, ReadOnly | NonBlocking | NoControllingTerminal | CloseOnExec);
            if (descriptor >= 0)
                return new SafeFileHandle(descriptor, ownsHandle: true);
            switch (Marshal.GetLastPInvokeError())
            {
                case EINTR:
                    break;
                case ENOENT:
                    throw new FileNotFoundException(null, path);
                default:
                    throw Failure("open");
            }
        }
    }

    /// <summary>What the last call says went wrong.</summary>
    internal static IOException Failure(string call) => Failure(call, Marshal.GetLastPInvokeError());

    internal static IOException Failure(string call, int errno) => new($"{call}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);

    // Variadic in C, which on Linux is called in the same way.
    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern nint read(SafeHandle fd, ref byte buffer, nint count);

    [DllImport("libc", SetLastError = true)]
    private static extern nint write(SafeHandle fd, ref byte buffer, nint count);
}
