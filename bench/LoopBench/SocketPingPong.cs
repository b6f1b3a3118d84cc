using System.Net.Sockets;

namespace LoopBench;

/// <summary>pingpong by System.Net.Sockets: an asynchronous method at each end.</summary>
internal static class SocketPingPong
{
    internal static void Run(Options options)
    {
        if (options.Text("mode", "one") != "one")
            throw new NotAnsweredException($"{SocketImplementation.Name} has no threads of its own to choose. Use --mode one.");
        int rounds = options.Number("rounds", 200_000);
        long[] latencies = new long[rounds];
        var (here, there) = SocketPair.Open();
        _ = ReturnAsync(there);
        if (options.Pin)
            Measurement.BindAllThreads(0);
        for (int round = 0; round < 3; round++)
        {
            PlayAsync(here, rounds / 10, latencies).GetAwaiter().GetResult();
            Measurement.Settle();
        }
        long before = Measurement.Allocated;
        double seconds = PlayAsync(here, rounds, latencies).GetAwaiter().GetResult();
        long allocated = Measurement.Allocated - before;
        new Result("pingpong", options) { Operations = rounds, Seconds = seconds, Latencies = latencies, AllocatedBytes = allocated }
            .With("mode", "one").With("rounds", rounds).With("pin", options.Pin ? 1 : 0).Print();
    }

    private static async Task<double> PlayAsync(Socket here, int rounds, long[] latencies)
    {
        byte[] ball = new byte[1];
        long start = Measurement.Now;
        for (int i = 0; i < rounds; i++)
        {
            long sent = Measurement.Now;
            await here.SendAsync(ball.AsMemory(), SocketFlags.None);
            await here.ReceiveAsync(ball.AsMemory(), SocketFlags.None);
            latencies[i] = Measurement.Now - sent;
        }
        return Measurement.Seconds(start, Measurement.Now);
    }

    private static async Task ReturnAsync(Socket there)
    {
        byte[] ball = new byte[1];
        while (await there.ReceiveAsync(ball.AsMemory(), SocketFlags.None) > 0)
            await there.SendAsync(ball.AsMemory(), SocketFlags.None);
    }
}
