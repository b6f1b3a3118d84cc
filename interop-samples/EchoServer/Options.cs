using System.Globalization;
using System.Net;

namespace IOLoops.Samples;

/// <summary>What the command line says.</summary>
internal sealed record Options
{
    internal const string Usage = """
        An echo server on 127.0.0.1, with the same handlers on every kind of loop.

        EchoServer [--loop NAME] [--seconds N] [--clients N] [--port N]
            The demonstration: per kind of loop, serves N seconds (5) to N TCP clients
            (64) of its own that check each echo, then prints a table.

        EchoServer --serve [--loop NAME] [--port N]
            Serves until Ctrl-C or SIGTERM. Port 0, the default: any that is free.

        EchoServer --loops N [--serve | --seconds N --clients N] [--port N]
            Either of them on a group of N native loops, one per thread, all listening on one
            port. At the end a table of what each loop has served.

        EchoServer ... --metrics
            Either of them; listens to the metrics of the loops and prints them at the end.

        EchoServer --help

        """;

    private const int MaxSeconds = 3600;
    private const int MaxClients = 4096;
    private const int MaxLoops = 256;

    internal bool Help { get; private set; }

    internal bool Serve { get; private set; }

    /// <summary>Whether to listen to the loops' metrics, and to print them.</summary>
    internal bool Metrics { get; private set; }

    /// <summary>Null: all in the demonstration, the first to serve with.</summary>
    internal LoopKind? Loop { get; private set; }

    /// <summary>How many loops serve together; 0: the option was not given, and there is one.</summary>
    internal int Loops { get; private set; }

    internal int Port { get; private set; }

    internal int Seconds { get; private set; } = 5;

    internal int Clients { get; private set; } = 64;

    /// <exception cref="ExitException">The arguments make no sense.</exception>
    internal static Options Parse(string[] args)
    {
        var options = new Options();
        string? demonstrationOnly = null;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--help" or "-h":
                    options.Help = true;
                    break;
                case "--serve":
                    options.Serve = true;
                    break;
                case "--metrics":
                    options.Metrics = true;
                    break;
                case "--loop":
                    options.Loop = LoopKinds.Find(Value(args, ref i));
                    break;
                case "--loops":
                    options.Loops = Number(args, ref i, 1, MaxLoops);
                    break;
                case "--port":
                    options.Port = Number(args, ref i, 0, IPEndPoint.MaxPort);
                    break;
                case "--seconds":
                    demonstrationOnly = args[i];
                    options.Seconds = Number(args, ref i, 1, MaxSeconds);
                    break;
                case "--clients":
                    demonstrationOnly = args[i];
                    options.Clients = Number(args, ref i, 1, MaxClients);
                    break;
                default:
                    throw new ExitException(ExitException.WrongUsage, $"unknown option '{args[i]}'; --help lists all");
            }
        }
        if (options.Serve && demonstrationOnly is not null)
            throw new ExitException(ExitException.WrongUsage, $"{demonstrationOnly} is for the demonstration, not for --serve");
        if (options.Loops > 0 && options.Loop is { Name: not "poll" } other)
            throw new ExitException(ExitException.WrongUsage, $"--loops is for native loops, not for '{other.Name}'");
        return options;
    }

    private static string Value(string[] args, ref int i) => i + 1 < args.Length
        ? args[++i]
        : throw new ExitException(ExitException.WrongUsage, $"{args[i]} needs a value");

    private static int Number(string[] args, ref int i, int least, int most)
    {
        string option = args[i];
        string value = Value(args, ref i);
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw new ExitException(ExitException.WrongUsage, $"{option} takes a whole number from {least} to {most}, not '{value}'");
    }
}
