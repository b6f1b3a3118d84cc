using System.Net.Sockets;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Samples;

/// <summary>
/// Where one starts: an Rx application. One EventLoopScheduler owns the station's state; everything is read on other
/// threads and carried over with ObserveOn.
/// </summary>
internal static class Step1
{
    internal static void Run(Station station, Socket listener, SafePipeHandle scale)
    {
        using var ended = new ManualResetEventSlim();
        station.Ended += ended.Set;

        using var scheduler = new EventLoopScheduler(start => new Thread(start) { Name = "scheduler", IsBackground = true });
        using var application = new CompositeDisposable(
            ElsewhereReads.Accept(listener).ObserveOn(scheduler).Subscribe(socket => Serve(station, socket, scheduler)),
            ElsewhereReads.Read(scale).ObserveOn(scheduler).Weigh(station),
            Observable.Interval(Station.HeartbeatPeriod, scheduler).Subscribe(_ => station.Heartbeat()));

        ended.Wait();
    }

    private static void Serve(Station station, Socket socket, EventLoopScheduler scheduler)
    {
        var client = station.Join(line => Send(socket, line));
        ElsewhereReads.Read(socket).ObserveOn(scheduler).Lines().Finally(socket.Dispose).Subscribe(client.Receive, _ => client.Leave(), client.Leave);
    }

    // Blocks the scheduler's thread while the client's buffers are full. Must not throw: that would end the process.
    private static void Send(Socket socket, string line)
    {
        try
        {
            socket.Send(LineSplitter.Encode(line));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client is gone, and reading will say so.
        }
    }
}
