using System.Diagnostics;
using System.Globalization;
using IOLoops;
using IOLoops.Sources;

namespace LoopBench;

/// <summary>
/// scale: an echo server on one loop, on several, and by System.Net.Sockets, in turn, in one run; the clients are in the same process, on
/// loops of their own, and the same for all.
/// </summary>
internal static class ScaleWorkload
{
    internal static void Run(Options options)
    {
        if (options.Implementation != "ioloop-poll")
            throw new NotAnsweredException($"scale has no variant for '{options.Implementation}'. Use --impl ioloop-poll, which also measures System.Net.Sockets.");
        EchoServer.KillAfter(TimeSpan.FromSeconds(options.Number("max-seconds", 120)));
        Descriptors.RaiseLimit();
        int clients = options.Number("clients", 64);
        int clientLoops = options.Number("client-loops", 1);
        int work = options.Number("work-us", 0); // of each message, in the server
        int rounds = options.Number("rounds", 3);
        var length = TimeSpan.FromMilliseconds(options.Number("milliseconds", 2000));
        var listening = options.Text("listening", "per-loop") switch
        {
            "per-loop" => ListeningSockets.CanShare ? GroupListening.SocketPerLoop : GroupListening.HandOver,
            "hand-over" => GroupListening.HandOver,
            var other => throw new NotAnsweredException($"There is no --listening {other}. Use per-loop or hand-over."),
        };
        int[] counts = LoopCounts(options);
        var ways = counts.Select(loops => new Func<IScaleServer>(() => new LoopScaleServer(loops, listening, work)))
            .Append(() => new SocketScaleServer(work)).ToList();
        var runs = ways.ConvertAll(static _ => new List<ScaleRun>());
        for (int round = -1; round < rounds; round++)
        {
            for (int i = 0; i < ways.Count; i++)
            {
                Measurement.Settle();
                var run = Play(ways[i], clients, clientLoops, round < 0 ? length / 5 : length);
                if (round >= 0)
                    runs[i].Add(run);
            }
        }
        var medians = runs.ConvertAll(static run => run.OrderBy(static one => one.PerSecond).ElementAt(run.Count / 2));
        int one = Array.IndexOf(counts, 1);
        for (int i = 0; i < ways.Count; i++)
        {
            var median = medians[i];
            var result = new Result(i < counts.Length ? "scale.loops" : "scale.dotnet", options) { Operations = median.Trips, Seconds = median.Seconds, AllocatedBytes = median.Allocated }
                .With("loops", i < counts.Length ? counts[i] : 0).With("clients", clients).With("client_loops", clientLoops).With("work_us", work).With("rounds", rounds)
                .With("listening", listening == GroupListening.HandOver ? "hand-over" : "per-loop")
                .With("cpu_us_per_op", Text(median.CpuMicroseconds / Math.Max(1, median.Trips)))
                .With("busiest_share", Text(median.BusiestShare))
                .With("times_dotnet", Text(median.PerSecond / medians[^1].PerSecond));
            if (one >= 0)
                result.With("times_one_loop", Text(median.PerSecond / medians[one].PerSecond));
            result.Print();
        }
    }

    /// <summary>Keeps the thread busy that long, as a handler does that computes something.</summary>
    internal static void Work(int microseconds)
    {
        if (microseconds == 0)
            return;
        for (long end = Measurement.Now + (microseconds * 1000L); Measurement.Now < end;)
            Thread.SpinWait(1);
    }

    private static ScaleRun Play(Func<IScaleServer> open, int clients, int clientLoops, TimeSpan length)
    {
        using var server = open();
        using var playing = new ScaleClients(server.EndPoint, clients, clientLoops);
        long allocated = Measurement.Allocated;
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        long start = Measurement.Now;
        long before = playing.Trips;
        Thread.Sleep(length);
        long trips = playing.Trips - before;
        double seconds = Measurement.Seconds(start, Measurement.Now);
        process.Refresh();
        double cpuMicroseconds = (process.TotalProcessorTime - cpu).TotalMicroseconds;
        return new ScaleRun(trips, seconds, cpuMicroseconds, Measurement.Allocated - allocated, server.BusiestShare);
    }

    private static int[] LoopCounts(Options options)
    {
        string text = options.Text("loops", "1,2");
        int[] counts = [.. text.Split(',').Select(static part => int.TryParse(part, CultureInfo.InvariantCulture, out int count) ? count : 0)];
        return counts.All(static count => count is > 0 and <= 256)
            ? counts
            : throw new NotAnsweredException($"--loops takes numbers from 1 to 256, separated by commas, not '{text}'.");
    }

    private static string Text(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
