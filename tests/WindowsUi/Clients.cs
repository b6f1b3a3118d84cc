using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace IOLoops.WindowsUi;

/// <summary>Clients, each a thread that sends, awaits the echo, and sends again.</summary>
internal static class Clients
{
    private const int Patience = 10_000; // milliseconds

    /// <returns>How many trips they made in all; null: one of them failed.</returns>
    internal static Task<int?> RunAsync(EndPoint server, int clients, TimeSpan time) => Task.WhenAll(Enumerable.Range(0, clients).Select(number =>
        Task.Factory.StartNew(() => Run(server, number, time), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)))
        .ContinueWith(all => all.Result.Any(trips => trips < 0) ? null : (int?)all.Result.Sum(), TaskScheduler.Default);

    private static int Run(EndPoint server, int number, TimeSpan time)
    {
        byte[] message = new byte[40], answer = new byte[40];
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = Patience };
            socket.Connect(server);
            long began = Stopwatch.GetTimestamp();
            int trips = 0;
            for (; Stopwatch.GetElapsedTime(began) < time; trips++)
            {
                (message[0], message[39]) = ((byte)number, (byte)trips);
                socket.Send(message);
                for (int got = 0; got < answer.Length;)
                {
                    int length = socket.Receive(answer, got, answer.Length - got, SocketFlags.None);
                    got += length > 0 ? length : throw new IOException("the server closed the connection");
                }
                if (!answer.AsSpan().SequenceEqual(message))
                    throw new IOException("the echo differs");
            }
            return trips;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            Console.WriteLine($"client {number}: {exception.Message}");
            return -1;
        }
    }
}
