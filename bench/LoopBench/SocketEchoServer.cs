using System.Net.Sockets;

namespace LoopBench;

/// <summary>echo-server by System.Net.Sockets: an asynchronous method for each connection.</summary>
internal static class SocketEchoServer
{
    private const int BufferSize = 4096;

    private static long s_messages;

    internal static void Run(Options options) => EchoServer.Serve(
        options,
        listener => _ = AcceptAsync(listener),
        static () => Interlocked.Read(ref s_messages));

    private static async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptAsync());
        }
        catch (ObjectDisposedException)
        {
            // The server ends.
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.OperationAborted)
        {
            // The server ends.
        }
    }

    private static async Task ServeAsync(Socket connection)
    {
        using var closedAtTheEnd = connection;
        connection.NoDelay = true;
        Memory<byte> buffer = new byte[BufferSize];
        long messages = 0;
        try
        {
            int count;
            while ((count = await connection.ReceiveAsync(buffer, SocketFlags.None)) > 0)
            {
                await connection.SendAsync(buffer[..count], SocketFlags.None);
                messages++;
            }
        }
        catch (SocketException)
        {
            // The client reset the connection.
        }
        Interlocked.Add(ref s_messages, messages);
    }
}
