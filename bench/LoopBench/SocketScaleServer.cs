using System.Net;
using System.Net.Sockets;

namespace LoopBench;

/// <summary>By System.Net.Sockets: an asynchronous method for each connection, on threads of the pool.</summary>
internal sealed class SocketScaleServer : IScaleServer
{
    private const int BufferSize = 4096;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly int _work;
    private readonly Task _accepting;

    internal SocketScaleServer(int work)
    {
        _work = work;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        _accepting = AcceptAsync();
    }

    public EndPoint EndPoint => _listener.LocalEndPoint!;

    public double BusiestShare => 1;

    public void Dispose()
    {
        _listener.Dispose();
        _accepting.Wait();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptAsync());
        }
        catch (Exception failure) when (failure is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
        {
            // The server ends.
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        using var closedAtTheEnd = connection;
        connection.NoDelay = true;
        Memory<byte> buffer = new byte[BufferSize];
        try
        {
            int count;
            while ((count = await connection.ReceiveAsync(buffer, SocketFlags.None)) > 0)
            {
                ScaleWorkload.Work(_work);
                await connection.SendAsync(buffer[..count], SocketFlags.None);
            }
        }
        catch (SocketException)
        {
            // The client reset the connection.
        }
    }
}
