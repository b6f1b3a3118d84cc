namespace IOLoops.Samples;

/// <summary>A tool with a screen: a command under a pty, log files through inotify, and all handlers on the UI's thread.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        try
        {
            var options = Options.Parse(args);
            bool hasTerminal = !Console.IsInputRedirected && !Console.IsOutputRedirected;
            if (options.Help)
                Console.WriteLine(Options.Usage);
            else if (options.Demo && hasTerminal && Demonstration.HasRoom())
                Demonstration.Run(options);
            else if (options.Demo)
                OwnTerminal.Run(args);
            else if (hasTerminal)
                Tool.Run(options);
            else
                throw new ExitException(ExitException.WrongUsage, "this needs a terminal; only --demo makes one for itself");
            return 0;
        }
        catch (ExitException exit)
        {
            Console.Error.WriteLine($"UiTooling: {exit.Message}");
            return exit.Code;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // For example: the system has no more ptys, or inotify watches, to give, or has none at all.
            Console.Error.WriteLine($"UiTooling: {failure.Message}");
            return ExitException.Failed;
        }
    }
}
