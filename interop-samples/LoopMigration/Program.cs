namespace IOLoops.Samples;

/// <summary>One service, moved from an EventLoopScheduler to a PollIOLoop in four steps: docs/migrating.md walks through them.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        try
        {
            var options = Options.Parse(args);
            if (options.Help)
                Console.WriteLine(Options.Usage);
            else if (options.Step is { } step)
                Trial.Run(step, Console.WriteLine);
            else
                Comparison.Run();
            return 0;
        }
        catch (ExitException exit)
        {
            Console.Error.WriteLine($"LoopMigration: {exit.Message}");
            return exit.Code;
        }
        catch (IOException failure)
        {
            // For example: no descriptors left.
            Console.Error.WriteLine($"LoopMigration: {failure.Message}");
            return ExitException.Failed;
        }
    }
}
