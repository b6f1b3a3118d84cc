using System.Net.Sockets;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using IOLoops.Rx;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Samples;

/// <summary>
/// The host is swapped: the native loop runs this thread, and is the scheduler of the Rx code. Everything else is as it
/// was.
/// </summary>
internal static class Step3
{
    internal static void Run(Station station, Socket listener, SafePipeHandle scale)
    {
        using var loop = new PollIOLoop();
        var scheduler = loop.AsScheduler();
        station.Ended += loop.Stop;

        using var clients = new ClientListener(loop, listener, station);
        using var application = new CompositeDisposable(
            loop.ObserveReads(scale).Weigh(station),
            Observable.Interval(Station.HeartbeatPeriod, scheduler).Subscribe(_ => station.Heartbeat()));

        loop.Start();
    }
}
