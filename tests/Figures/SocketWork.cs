using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Figures;

/// <summary>What asynchronous sockets of .NET take for the same. The script lets the thread pool have one thread.</summary>
internal sealed class SocketWork
{
    private const string Kind = ".NET sockets";
    private const int Many = 1_000;

    private readonly List<(Socket Near, Socket Far)> _pairs = [];
    private readonly byte[] _one = new byte[1];
    private MeasuredThread[] _threads = [];

    internal static void Run() => new SocketWork().Work();

    private void Work()
    {
        var (near, far) = NewPair();
        _ = EchoAsync(near);
        RoundTrip(far); // so that the threads are there
        _threads =
        [
            new MeasuredThread("engine", MeasuredThread.Named(".NET Sockets").Single(), waitsForDescriptors: true),
            new MeasuredThread("worker", MeasuredThread.Named(".NET TP Worker").Single(), waitsForDescriptors: false),
        ];
        Idle("idle for 1 s");
        Echo("echo of one message", far);
        Registrations();
        while (_pairs.Count < Many)
            _ = EchoAsync(NewPair().Near);
        Echo("echo of one message, 1,000 idle descriptors", far);
        Idle("idle for 1 s, 1,000 idle descriptors");
        foreach (var (one, other) in _pairs)
        {
            other.Dispose();
            one.Dispose();
        }
    }

    private (Socket Near, Socket Far) NewPair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        far.Connect(listener.LocalEndPoint!);
        var pair = (listener.Accept(), far);
        _pairs.Add(pair);
        return pair;
    }

    private static async Task EchoAsync(Socket socket)
    {
        byte[] message = new byte[1];
        try
        {
            while (await socket.ReceiveAsync(message, SocketFlags.None).ConfigureAwait(false) == 1)
                await socket.SendAsync(message, SocketFlags.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Disposed of, at the end.
        }
    }

    private void RoundTrip(Socket far)
    {
        far.Send(_one);
        far.Receive(_one);
    }

    private void WaitUntilAsleep() =>
        Bounded.Until(() => _threads.All(thread => thread.IsAsleep()) && _threads.All(thread => thread.IsAsleep()), "the threads sleep");

    private void Echo(string figure, Socket far)
    {
        RoundTrips(far, Measurement.WarmUp);
        for (int batch = 0; batch < Measurement.Batches; batch++)
        {
            Begin(figure);
            RoundTrips(far, Measurement.Operations);
            End(figure, Measurement.Operations);
        }
    }

    private void RoundTrips(Socket far, int count)
    {
        for (int i = 0; i < count; i++)
        {
            RoundTrip(far);
            WaitUntilAsleep();
        }
    }

    /// <summary>A socket is registered when it is first waited for. The thread that asks makes these calls.</summary>
    private void Registrations()
    {
        const string figure = "a registration";
        for (int batch = -1; batch < Measurement.Batches; batch++)
        {
            var sockets = Enumerable.Range(0, Measurement.Operations).Select(_ => NewPair().Near).ToList();
            if (batch >= 0)
                Mark.Begin(Kind, figure, "caller", Libc.gettid());
            foreach (var socket in sockets)
                _ = EchoAsync(socket);
            if (batch >= 0)
                Mark.End(Kind, figure, "caller", Measurement.Operations);
            WaitUntilAsleep();
        }
    }

    private void Idle(string figure)
    {
        WaitUntilAsleep();
        Begin(figure);
        using (var second = Process.Start("sleep", "1"))
            second.WaitForExit();
        End(figure, 1);
    }

    private void Begin(string figure)
    {
        foreach (var thread in _threads)
            Mark.Begin(Kind, figure, thread.Role, thread.Id);
    }

    private void End(string figure, int operations)
    {
        foreach (var thread in _threads)
            Mark.End(Kind, figure, thread.Role, operations);
    }
}
