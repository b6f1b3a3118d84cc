using System.Net.Sockets;
using IOLoops.Rx;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Samples;

/// <summary>
/// The native loop alone. A heartbeat is a periodic callback, without a scheduler; the weighings stay in Rx, since
/// cutting, grouping and averaging a stream is what Rx is for.
/// </summary>
internal static class Step4
{
    internal static void Run(Station station, Socket listener, SafePipeHandle scale)
    {
        using var loop = new PollIOLoop();
        station.Ended += loop.Stop;

        using var clients = new ClientListener(loop, listener, station);
        using var weighings = loop.ObserveReads(scale).Weigh(station);
        new PeriodicCallback(station.Heartbeat, Station.HeartbeatPeriod, loop).Start();

        loop.Start();
    }
}
