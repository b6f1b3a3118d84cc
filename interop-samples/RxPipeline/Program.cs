namespace IOLoops.Samples;

/// <summary>What happens in a folder, as an Rx pipeline over the kernel's own descriptor, and a live table of it.</summary>
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
        catch (IOException failure)
        {
            // For example: the disk is full, or the output's reader has gone.
            Console.Error.WriteLine($"RxPipeline: {failure.Message}");
            return ExitException.Failed;
        }
    }
}
