using System.Net.Sockets;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using IOLoops.Rx;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Samples;

/// <summary>
/// The scheduler stays, and a loop runs on it: sockets and the pipe are handlers on the scheduler's own thread. No pool
/// threads, no blocked one, no ObserveOn. The Rx code beside is the old one.
/// </summary>
internal static class Step2
{
    internal static void Run(Station station, Socket listener, SafePipeHandle scale)
    {
        using var scheduler = new EventLoopScheduler(start => new Thread(start) { Name = "scheduler", IsBackground = true });
        using var loop = new RxIOLoop(scheduler);
        station.Ended += loop.Stop;

        using var clients = new ClientListener(loop, listener, station);
        using var application = new CompositeDisposable(
            loop.ObserveReads(scale).Weigh(station),
            Observable.Interval(Station.HeartbeatPeriod, scheduler).Subscribe(_ => station.Heartbeat()));

        loop.Start();
    }
}
