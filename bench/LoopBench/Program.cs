namespace LoopBench;

/// <summary>One run of one workload by one loop: <c>LoopBench WORKLOAD --impl NAME [--key value ...]</c>.</summary>
internal static class Program
{
    /// <summary>The exit code for a workload, a loop or a variant that this program does not have.</summary>
    internal const int NotAnswered = 2;

    private static int Main(string[] args)
    {
        var options = new Options(args);
        Action<Options>? workload = options.Workload switch
        {
            "chain" => ChainWorkload.Run,
            "pingpong" => PingPongWorkload.Run,
            "callbacks" => CallbackWorkload.Run,
            "observe" => ObserveWorkload.Run,
            "timers" => TimerWorkload.Run,
            "stalls" => StallWorkload.Run,
            "stream" => StreamWorkload.Run,
            "echo-server" => EchoServer.Run,
            _ => null,
        };
        if (workload is null || !LoopFactory.Knows(options.Implementation))
        {
            Console.Error.WriteLine($"""
                usage: LoopBench chain|pingpong|callbacks|observe|timers|stalls|stream|echo-server --impl {string.Join('|', LoopFactory.Names)} [--key value ...]
                """);
            return NotAnswered;
        }
        workload(options);
        Console.Out.Flush();
        Environment.Exit(0); // loops still running on their threads do not hold the process
        return 0;
    }
}
