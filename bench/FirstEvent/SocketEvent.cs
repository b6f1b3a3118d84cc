using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace FirstEvent;

/// <summary>By .NET alone: a socket waits to receive, and a byte comes.</summary>
internal static class SocketEvent
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static long Time() => TimeAsync().GetAwaiter().GetResult();

    private static async Task<long> TimeAsync()
    {
        var (number, other) = Libc.OpenPair();
        using var socket = new Socket(new SafeSocketHandle(number, ownsHandle: true));
        var receiving = socket.ReceiveAsync(new byte[1]);
        Libc.WriteByte(other);
        await receiving.ConfigureAwait(false);
        return Stopwatch.GetTimestamp();
    }
}
