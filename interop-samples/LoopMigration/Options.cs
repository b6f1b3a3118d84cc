namespace IOLoops.Samples;

/// <summary>What the command line says.</summary>
internal sealed record Options
{
    internal const string Usage = """
        A weighing station: clients book goods over TCP, a scale reports weights through a pipe, and a
        heartbeat writes reports. The same service in four steps from Rx's EventLoopScheduler to PollIOLoop.

        LoopMigration [--check]
            Runs all four with the same customers, and compares what they say. Exit code 0 if it is the
            same, line by line, else 1.

        LoopMigration --step 1|2|3|4
            Runs one, and prints what it says.

              1  EventLoopScheduler; sockets on the thread pool, a blocked thread for the pipe
              2  the same scheduler, and an RxIOLoop on it: descriptors are handlers on its own thread
              3  PollIOLoop runs the thread; the Rx code runs on loop.AsScheduler()
              4  PollIOLoop; Rx only where it earns its place

        LoopMigration --help
        """;

    internal bool Help { get; private set; }

    /// <summary>Null: all, and compare.</summary>
    internal Step? Step { get; private set; }

    /// <exception cref="ExitException">The arguments make no sense.</exception>
    internal static Options Parse(string[] args) => args switch
    {
        [] or ["--check"] => new Options(),
        ["--help" or "-h"] => new Options { Help = true },
        ["--step", var number] => new Options { Step = Steps.Find(number) },
        ["--step"] => throw Wrong("--step needs a number"),
        ["--check" or "--step", ..] => throw Wrong($"{args[0]} goes without other options"),
        _ => throw Wrong($"unknown option '{args[0]}'; --help lists all"),
    };

    private static ExitException Wrong(string what) => new(ExitException.WrongUsage, what);
}
