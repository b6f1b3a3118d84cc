using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace IOLoops.Samples;

/// <summary>A client that knows nothing of loops: sends a message, waits for its echo, compares, and again.</summary>
internal sealed class EchoClient(int number, LatencyHistogram latencies) : IDisposable
{
    internal const int MessageSize = 64;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _message = new byte[MessageSize];
    private readonly byte[] _echo = new byte[MessageSize];

    internal async Task ConnectAsync(EndPoint server, CancellationToken cancellation) =>
        await _socket.ConnectAsync(server, cancellation).ConfigureAwait(false);

    /// <summary>Ends at the deadline, with the last message answered.</summary>
    /// <exception cref="ExitException">An echo was wrong, or the connection broke.</exception>
    internal async Task PingPongAsync(long deadline, CancellationToken cancellation)
    {
        for (long round = 0; Stopwatch.GetTimestamp() < deadline; round++)
        {
            WriteMessage(round);
            long start = Stopwatch.GetTimestamp();
            await SendAsync(cancellation).ConfigureAwait(false);
            await ReceiveAsync(round, cancellation).ConfigureAwait(false);
            latencies.Record(Stopwatch.GetElapsedTime(start));
            int wrong = _message.AsSpan().CommonPrefixLength(_echo);
            if (wrong < MessageSize)
                throw Failure(round, $"byte {wrong} came back as 0x{_echo[wrong]:X2} instead of 0x{_message[wrong]:X2}");
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>No two messages are the same, of this client or another: an echo that went astray is noticed.</summary>
    private void WriteMessage(long round)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_message, number);
        BinaryPrimitives.WriteInt64LittleEndian(_message.AsSpan(4), round);
        for (int i = 12; i < MessageSize; i++)
            _message[i] = (byte)(number + round + i);
    }

    private async ValueTask SendAsync(CancellationToken cancellation)
    {
        for (int sent = 0; sent < MessageSize;)
            sent += await _socket.SendAsync(_message.AsMemory(sent), cancellation).ConfigureAwait(false);
    }

    private async ValueTask ReceiveAsync(long round, CancellationToken cancellation)
    {
        for (int received = 0; received < MessageSize;)
        {
            int count = await _socket.ReceiveAsync(_echo.AsMemory(received), cancellation).ConfigureAwait(false);
            if (count == 0)
                throw Failure(round, $"the server closed the connection after {received} of {MessageSize} bytes");
            received += count;
        }
    }

    private ExitException Failure(long round, string what) => new(ExitException.Failed, $"client {number}, round trip {round}: {what}");
}
