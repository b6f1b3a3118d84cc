using System.Runtime.InteropServices;

namespace IOLoops.Samples;

/// <summary>Reading and writing without waiting: a loop's handlers must never block.</summary>
internal static class Libc
{
    private const int EINTR = 4;
    private const int EIO = 5;
    private const int EAGAIN = 11;

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

    /// <summary>What the last call says went wrong.</summary>
    internal static IOException Failure(string call) => Failure(call, Marshal.GetLastPInvokeError());

    internal static IOException Failure(string call, int errno) => new($"{call}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);

    [DllImport("libc", SetLastError = true)]
    private static extern nint read(SafeHandle fd, ref byte buffer, nint count);

    [DllImport("libc", SetLastError = true)]
    private static extern nint write(SafeHandle fd, ref byte buffer, nint count);
}
