using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace FirstEvent;

/// <summary>The C library. The console of .NET would take longer to load than what is measured.</summary>
internal static unsafe partial class Libc
{
    private const int NonBlock = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int UnixDomain = 1;
    private const int Stream = 1;
    private const int StandardOutput = 1;

    /// <summary>An eventfd that is readable.</summary>
    internal static int OpenReadable() => Check(eventfd(1, NonBlock | CloseOnExec));

    /// <summary>A pair of Unix sockets.</summary>
    internal static (int One, int Other) OpenPair()
    {
        int* ends = stackalloc int[2];
        Check(socketpair(UnixDomain, Stream | NonBlock | CloseOnExec, 0, ends));
        return (ends[0], ends[1]);
    }

    internal static void WriteByte(int fd)
    {
        byte one = 1;
        Check((int)write(fd, &one, 1));
    }

    /// <summary>Writes a line to the standard output.</summary>
    internal static void Print(long number)
    {
        Span<byte> line = stackalloc byte[32];
        number.TryFormat(line, out int length, default, CultureInfo.InvariantCulture);
        line[length++] = (byte)'\n';
        fixed (byte* bytes = line)
            Check((int)write(StandardOutput, bytes, length));
    }

    private static int Check(int result) => result >= 0 ? result : throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastSystemError()));

    [LibraryImport("libc")]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc")]
    private static partial int socketpair(int domain, int type, int protocol, int* ends);

    [LibraryImport("libc")]
    private static partial nint write(int fd, void* bytes, nint count);
}
