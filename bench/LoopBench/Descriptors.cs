using System.Runtime.InteropServices;

namespace LoopBench;

/// <summary>
/// The calls that workloads make on what a loop waits for: the C library's, and on Windows those of its sockets. The compiler knows
/// which system it compiles for, so the choice costs nothing.
/// </summary>
internal static unsafe class Descriptors
{
    private const int ShutWrite = 1;

    /// <summary>Lets the process open as many descriptors as it may. Windows has no such limit.</summary>
    internal static void RaiseLimit()
    {
        if (!OperatingSystem.IsWindows())
            Libc.RaiseDescriptorLimit();
    }

    /// <summary>
    /// A non-blocking descriptor to read from and one that makes it readable. On Windows a <c>socketpair</c> is two TCP sockets of
    /// the loopback interface, and there is nothing else that a loop can wait for.
    /// </summary>
    internal static (nint Read, nint Write) OpenChannel(string kind)
    {
        if (!OperatingSystem.IsWindows())
            return Libc.OpenChannel(kind);
        if (kind != "socketpair")
            throw new NotAnsweredException($"Windows has no {kind} that a loop can wait for. Use --kind socketpair.");
        var (read, write) = SocketPair.Open();
        return (read.Handle, write.Handle);
    }

    internal static nint Read(nint number, void* buffer, int count) => OperatingSystem.IsWindows()
        ? Winsock.recv(number, buffer, count, 0)
        : Libc.read((int)number, buffer, count);

    internal static nint Write(nint number, void* buffer, int count) => OperatingSystem.IsWindows()
        ? Winsock.send(number, buffer, count, 0)
        : Libc.write((int)number, buffer, count);

    /// <summary>Whether the last call failed only because it would have had to wait.</summary>
    internal static bool WouldHaveWaited => Libc.Errno == (OperatingSystem.IsWindows() ? Winsock.WouldBlock : Libc.EAGAIN);

    /// <summary>A connection that does not block and sends at once; negative: there is none now.</summary>
    internal static nint Accept(nint listener)
    {
        if (!OperatingSystem.IsWindows())
        {
            int connection = Libc.accept4((int)listener, null, null, Libc.NonBlock | Libc.CloseOnExec);
            if (connection >= 0)
                Libc.DisableNagle(connection);
            return connection;
        }
        nint accepted = Winsock.accept(listener, null, null);
        if (accepted >= 0)
        {
            uint yes = 1;
            _ = Winsock.ioctlsocket(accepted, Winsock.FioNbio, &yes);
            _ = Winsock.setsockopt(accepted, Winsock.Tcp, Winsock.TcpNoDelay, &yes, sizeof(uint));
        }
        return accepted;
    }

    internal static void ShutDownWriting(nint number) =>
        _ = OperatingSystem.IsWindows() ? Winsock.shutdown(number, ShutWrite) : Libc.shutdown((int)number, ShutWrite);

    internal static void Close(nint number) =>
        _ = OperatingSystem.IsWindows() ? Winsock.closesocket(number) : Libc.close((int)number);

    internal static IOException Failure(string call) => new($"{call}: {Marshal.GetPInvokeErrorMessage(Libc.Errno)}");
}
