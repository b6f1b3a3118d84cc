namespace IOLoops.Samples;

/// <summary>What the command line says.</summary>
internal sealed record Options
{
    internal const string Usage = """
        Watches a folder through inotify and Rx: a live table of files and rates in a terminal, a few lines
        a second when the output goes elsewhere.

        RxPipeline [--loop poll|rx] FOLDER
            Until Ctrl-C or SIGTERM. Not the folders in it.

        RxPipeline [--loop poll|rx] --demo
            Makes a temporary folder, changes files in it for 5 s, and checks that the pipeline has seen
            exactly that. Exit code 0 if so, else 1.

        RxPipeline --help

        --loop poll    the native loop, on this thread (default)
        --loop rx      the same program inside an Rx EventLoopScheduler
        """;

    internal bool Help { get; private set; }

    internal bool Demo { get; private set; }

    internal LoopKind Loop { get; private set; } = LoopKinds.All[0];

    /// <summary>Empty for the demonstration.</summary>
    internal string Folder { get; private set; } = "";

    /// <exception cref="ExitException">The arguments make no sense.</exception>
    internal static Options Parse(string[] args)
    {
        var options = new Options();
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--help" or "-h":
                    return new Options { Help = true };
                case "--demo":
                    options.Demo = true;
                    break;
                case "--loop":
                    options.Loop = LoopKinds.Find(++i < args.Length ? args[i] : throw Wrong("--loop needs a value"));
                    break;
                case ['-', ..]:
                    throw Wrong($"unknown option '{args[i]}'; --help lists all");
                case "":
                    throw Wrong("the folder's name is empty");
                default:
                    options.Folder = options.Folder.Length == 0 ? args[i] : throw Wrong("one folder at a time");
                    break;
            }
        }
        if (options.Demo && options.Folder.Length > 0)
            throw Wrong("--demo makes a folder of its own and takes none");
        if (!options.Demo && options.Folder.Length == 0)
            throw Wrong("which folder? Give one, or --demo; --help says more");
        return options;
    }

    private static ExitException Wrong(string what) => new(ExitException.WrongUsage, what);
}
