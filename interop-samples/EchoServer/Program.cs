using System.Net.Sockets;

namespace IOLoops.Samples;

/// <summary>One echo server, the same on every loop: a demonstration that drives itself, or a server to talk to.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        try
        {
            var options = Options.Parse(args);
            if (options.Help)
                Console.WriteLine(Options.Usage);
            else if (options.Loops > 0)
                GroupServing.Run(options);
            else if (options.Serve)
                Serving.Run(options);
            else
                Demonstration.Run(options);
            return 0;
        }
        catch (ExitException exit)
        {
            Console.Error.WriteLine($"EchoServer: {exit.Message}");
            return exit.Code;
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            // For example: no descriptors left.
            Console.Error.WriteLine($"EchoServer: {failure.Message}");
            return ExitException.Failed;
        }
    }
}
