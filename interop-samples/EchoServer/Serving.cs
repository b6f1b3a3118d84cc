using System.Globalization;
using System.Runtime.InteropServices;

namespace IOLoops.Samples;

/// <summary><c>--serve</c>: serves until a signal comes.</summary>
internal static class Serving
{
    internal static void Run(Options options)
    {
        using var metrics = options.Metrics ? new Metrics() : null;
        var kind = options.Loop ?? LoopKinds.All[0];
        var (loop, host) = kind.Create();
        using var disposedLast = host;
        using var disposedFirst = loop;
        var server = new EchoServer(loop, Listener.Open(options.Port));
        server.Open(); // before the loop runs: so a failure ends the program
        // The loop's thread does what a signal asks for; closing the loop gives the signals back.
        loop.AddSignalHandler(PosixSignal.SIGINT, _ => ShutDown());
        loop.AddSignalHandler(PosixSignal.SIGTERM, _ => ShutDown());
        loop.AddCallback(() => Say($"listening on {server.EndPoint}"));
        loop.Start();
        metrics?.Print();
        loop.Close();
        var served = server.Statistics;
        Say(string.Create(CultureInfo.InvariantCulture, $"served {served.Connections:N0} connections, {served.Messages:N0} messages, {served.Bytes:N0} bytes"));

        void ShutDown()
        {
            server.Close();
            loop.Stop();
        }
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
