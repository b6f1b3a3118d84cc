using IOLoops;

namespace LoopBench;

/// <summary>
/// stream: messages through <c>LoopStream</c>s, through the streams of .NET, and by a hand-written loop of bare system calls, in turn, in
/// one run.
/// </summary>
internal static class StreamWorkload
{
    private const int BytesOfBall = 64;
    private const int BytesOfBlock = 64 * 1024;

    internal static void Run(Options options)
    {
        string what = options.Text("what", "pingpong");
        string kind = options.Text("kind", "socketpair");
        if (what is not ("pingpong" or "throughput") || kind is not ("pipe" or "socketpair"))
            throw new NotAnsweredException($"stream has no variant '{what}' over '{kind}'. Use --what pingpong or throughput, and --kind socketpair or pipe.");
        if (OperatingSystem.IsWindows())
            throw new NotAnsweredException("stream needs pipes and Unix sockets, which a loop cannot wait for on Windows. Use pingpong there.");
        int count = options.Number("count", what == "pingpong" ? 50_000 : 20_000);
        int rounds = options.Number("rounds", 5);
        var loop = LoopFactory.Start(options);
        var channels = new StreamChannels(loop, kind);
        Func<int, double>[] ways = what == "pingpong"
            ?
            [
                n => Time(() => loop.InvokeAsync(() => PlayAsync(channels.OfLoop, n))),
                n => Time(() => Task.Run(() => PlayAsync(channels.OfDotnet, n))),
                n => Time(() => Task.Run(() => BareStreams.Play(channels.Bare, BytesOfBall, n))),
            ]
            :
            [
                n => Time(() => loop.InvokeAsync(() => PumpAsync(channels.OfLoop, n))),
                n => Time(() => Task.Run(() => PumpAsync(channels.OfDotnet, n))),
                n => Time(() => Task.Run(() => BareStreams.Pump(channels.Bare, BytesOfBlock, n))),
            ];
        string[] names = ["stream.loop", "stream.dotnet", "stream.bare"];
        var runs = ways.Select(_ => new List<(double Seconds, long Allocated)>()).ToList();
        for (int round = -1; round < rounds; round++)
        {
            for (int i = 0; i < ways.Length; i++)
            {
                Measurement.Settle();
                long before = Measurement.Allocated;
                double seconds = ways[i](round < 0 ? count / 5 : count);
                if (round >= 0)
                    runs[i].Add((seconds, Measurement.Allocated - before));
            }
        }
        var medians = runs.ConvertAll(static run => run.OrderBy(static one => one.Seconds).ElementAt(run.Count / 2));
        for (int i = 0; i < ways.Length; i++)
        {
            new Result(names[i], options) { Operations = count, Seconds = medians[i].Seconds, AllocatedBytes = medians[i].Allocated }
                .With("what", what).With("kind", kind).With("count", count).With("rounds", rounds)
                .With("times_dotnet", $"{medians[1].Seconds / medians[i].Seconds:0.00}")
                .With("times_bare", $"{medians[2].Seconds / medians[i].Seconds:0.00}").Print();
        }
    }

    private static double Time(Func<Task> run)
    {
        long start = Measurement.Now;
        run().GetAwaiter().GetResult();
        return Measurement.Seconds(start, Measurement.Now);
    }

    /// <summary>A message to and fro, that many times.</summary>
    private static async Task PlayAsync(StreamChannel channel, int count)
    {
        var answers = AnswerAsync(channel, count);
        byte[] ball = new byte[BytesOfBall];
        for (int i = 0; i < count; i++)
        {
            await channel.GoingWriter.WriteAsync(ball);
            Check(await channel.ComingReader.ReadAsync(ball));
        }
        await answers;
    }

    private static async Task AnswerAsync(StreamChannel channel, int count)
    {
        byte[] ball = new byte[BytesOfBall];
        for (int i = 0; i < count; i++)
        {
            Check(await channel.GoingReader.ReadAsync(ball));
            await channel.ComingWriter.WriteAsync(ball);
        }
    }

    /// <summary>One side writes blocks, the other reads them.</summary>
    private static async Task PumpAsync(StreamChannel channel, int count)
    {
        var reading = DrainAsync(channel.GoingReader, (long)count * BytesOfBlock);
        byte[] block = new byte[BytesOfBlock];
        for (int i = 0; i < count; i++)
            await channel.GoingWriter.WriteAsync(block);
        await reading;
    }

    private static async Task DrainAsync(Stream stream, long bytes)
    {
        byte[] block = new byte[BytesOfBlock];
        while (bytes > 0)
            bytes -= await stream.ReadAsync(block);
    }

    // Such a small message comes in one piece. ReadExactlyAsync allocates when it waits.
    private static void Check(int count)
    {
        if (count != BytesOfBall)
            throw new IOException("A message came in pieces.");
    }
}
