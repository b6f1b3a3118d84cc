namespace LoopBench;

/// <summary>One run of one workload by one loop: <c>LoopBench WORKLOAD --impl NAME [--key value ...]</c>.</summary>
internal static class Program
{
    /// <summary>The exit code for a workload, a loop or a variant that this program does not have.</summary>
    internal const int NotAnswered = 2;

    private static int Main(string[] args)
    {
        var options = new Options(args);
        var workload = Find(options);
        if (workload is null)
        {
            Console.Error.WriteLine($"""
                usage: LoopBench chain|pingpong|callbacks|observe|timers|stalls|stream|yield|scale|rest|echo-server --impl {string.Join('|', LoopFactory.Names)}|{SocketImplementation.Name} [--{LoopFactory.PollerOption} NAME] [--key value ...]
                """);
            return NotAnswered;
        }
        try
        {
            workload(options);
        }
        catch (Exception failure) when (failure is NotAnsweredException or PlatformNotSupportedException)
        {
            Console.Error.WriteLine($"LoopBench: {failure.Message}");
            Environment.Exit(NotAnswered);
        }
        Console.Out.Flush();
        Environment.Exit(0); // loops still running on their threads do not hold the process
        return 0;
    }

    /// <summary>Ends a run that would wait without end.</summary>
    internal static void Fail(Exception failure)
    {
        Console.Error.WriteLine(failure);
        Environment.Exit(1);
    }

    private static Action<Options>? Find(Options options)
    {
        if (options.Implementation == SocketImplementation.Name)
            return SocketImplementation.Find(options.Workload);
        if (!LoopFactory.Knows(options.Implementation))
            return null;
        return options.Workload switch
        {
            "chain" => ChainWorkload.Run,
            "pingpong" => PingPongWorkload.Run,
            "callbacks" => CallbackWorkload.Run,
            "observe" => ObserveWorkload.Run,
            "timers" => TimerWorkload.Run,
            "stalls" => StallWorkload.Run,
            "stream" => StreamWorkload.Run,
            "yield" => YieldWorkload.Run,
            "scale" => ScaleWorkload.Run,
            "rest" => RestWorkload.Run,
            "echo-server" => EchoServer.Run,
            _ => null,
        };
    }
}
