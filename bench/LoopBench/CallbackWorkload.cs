using IOLoops;

namespace LoopBench;

/// <summary>
/// callbacks: <c>post</c> from other threads, <c>soon</c> on the loop's own thread again and again, <c>wake</c> an idle
/// loop and see how long until the callback runs.
/// </summary>
internal static class CallbackWorkload
{
    private const uint WatchMicroseconds = 50;

    private static readonly RoundEnd Ended = new();

    // Lambdas, for a delegate to a static method is called through one more jump.
    private static readonly Action Count = static () => OnPosted();
    private static readonly Action Again = static () => OnSoon();
    private static readonly Action Woken = static () => OnWoken();

    private static IOLoop s_loop = null!;
    private static int s_left;
    private static long[] s_latencies = [];
    private static int s_woken;
    private static long s_posted;
    private static volatile bool s_seen;

    internal static void Run(Options options)
    {
        Action<Options> variant = options.Text("what", "post") switch
        {
            "post" => Post,
            "soon" => Soon,
            "wake" => Wake,
            string other => throw new NotAnsweredException($"callbacks has no variant '{other}'. Use --what post, soon or wake."),
        };
        s_loop = LoopFactory.Start(options);
        variant(options);
    }

    private static void Post(Options options)
    {
        int producers = options.Number("producers", 1);
        int count = options.Number("count", 1_000_000) / producers * producers;
        for (int round = 0; round < 3; round++)
        {
            PostRound(count / 10 / producers, producers, options.Pin);
            Measurement.Settle();
        }
        if (options.Pin)
            Measurement.BindAllThreads(0);
        long before = Measurement.Allocated;
        double seconds = PostRound(count / producers, producers, options.Pin);
        long allocated = Measurement.Allocated - before;
        new Result("callbacks.post", options) { Operations = count, Seconds = seconds, AllocatedBytes = allocated }
            .With("count", count).With("producers", producers).With("pin", options.Pin ? 1 : 0).Print();
    }

    private static double PostRound(int each, int producers, bool pin)
    {
        s_left = each * producers;
        Ended.Reset();
        using var gate = new Barrier(producers + 1);
        var threads = new Thread[producers];
        for (int i = 0; i < producers; i++)
        {
            threads[i] = new Thread(() =>
            {
                if (pin)
                    Measurement.BindThisThread(1);
                var loop = s_loop;
                gate.SignalAndWait();
                for (int k = 0; k < each; k++)
                    loop.AddCallback(Count);
            });
            threads[i].Start();
        }
        while (gate.ParticipantsRemaining > 1)
            Thread.Yield();
        long start = Measurement.Now;
        gate.SignalAndWait();
        foreach (var thread in threads)
            thread.Join();
        Ended.Wait();
        return Measurement.Seconds(start, Ended.Time);
    }

    private static void OnPosted()
    {
        if (--s_left == 0)
            Ended.Reach();
    }

    private static void Soon(Options options)
    {
        for (int i = options.Number("watched", 0); i > 0; i--)
        {
            nint idle = Descriptors.OpenChannel("socketpair").Read;
            s_loop.RunThere(() => s_loop.AddHandler(FileDescriptor.From(idle), static (_, _) => throw new InvalidOperationException("It is not ready."), IOEvents.Read));
        }
        int count = options.Number("count", 1_000_000);
        int width = options.Number("width", 1);
        for (int round = 0; round < 3; round++)
        {
            SoonRound(count / 10, width);
            Measurement.Settle();
        }
        long before = Measurement.Allocated;
        double seconds = SoonRound(count, width);
        long allocated = Measurement.Allocated - before;
        new Result("callbacks.soon", options) { Operations = count, Seconds = seconds, AllocatedBytes = allocated }
            .With("count", count).With("width", width).Print();
    }

    private static double SoonRound(int count, int width)
    {
        s_left = count;
        Ended.Reset();
        long start = Measurement.Now;
        s_loop.AddCallback(() =>
        {
            for (int i = 0; i < width; i++)
                s_loop.AddCallback(Again);
        });
        Ended.Wait();
        Thread.Sleep(20); // those of a wide round that come behind the last one counted
        return Measurement.Seconds(start, Ended.Time);
    }

    private static void OnSoon()
    {
        int left = --s_left;
        if (left > 0)
            s_loop.AddCallback(Again);
        else if (left == 0)
            Ended.Reach();
    }

    private static void Wake(Options options)
    {
        int samples = options.Number("samples", 10_000);
        uint gap = (uint)options.Number("gap-us", 300);
        s_latencies = new long[samples + 100];
        for (int round = 0; round < 2; round++)
        {
            WakeRound(samples / 20 + 50, gap);
            Measurement.Settle();
        }
        if (options.Pin)
        {
            Measurement.BindAllThreads(0);
            Measurement.BindThisThread(1);
        }
        WakeRound(20, gap);
        long before = Measurement.Allocated;
        double seconds = WakeRound(samples, gap);
        long allocated = Measurement.Allocated - before;
        new Result("callbacks.wake", options)
        {
            Operations = samples,
            Seconds = seconds,
            Latencies = s_latencies.AsMemory(0, samples),
            AllocatedBytes = allocated,
        }.With("samples", samples).With("gap_us", (int)gap).With("pin", options.Pin ? 1 : 0).Print();
    }

    private static double WakeRound(int samples, uint gap)
    {
        s_woken = 0;
        long start = Measurement.Now;
        for (int i = 0; i < samples; i++)
        {
            Measurement.Sleep(gap);
            s_seen = false;
            Volatile.Write(ref s_posted, Measurement.Now);
            s_loop.AddCallback(Woken);
            while (!s_seen)
                Measurement.Sleep(WatchMicroseconds);
        }
        return Measurement.Seconds(start, Measurement.Now);
    }

    private static void OnWoken()
    {
        s_latencies[s_woken++] = Measurement.Now - Volatile.Read(ref s_posted);
        s_seen = true;
    }
}
