namespace IOLoops.Samples;

/// <summary>What happens in a folder, as an Rx pipeline, and a live table of it.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        try
        {
            var options = Options.Parse(args);
            if (options.Help)
                Console.WriteLine(Options.Usage);
            else if (options.Demo)
                options.Loop.Run(Demonstration.Run);
            else
                options.Loop.Run(loop => Watching.Run(loop, options.Folder));
            return 0;
        }
        catch (ExitException exit)
        {
            Console.Error.WriteLine($"RxPipeline: {exit.Message}");
            return exit.Code;
        }
        catch (Exception failure) when (failure is IOException or PlatformNotSupportedException)
        {
            // For example: the disk is full, the output's reader has gone, or this system has no inotify.
            Console.Error.WriteLine($"RxPipeline: {failure.Message}");
            return ExitException.Failed;
        }
    }
}
