namespace IOLoops.Samples;

/// <summary>The current folder, for a while: with scripts to run, and log files to which happens what happens to such.</summary>
internal sealed class DemoFolder : IDisposable
{
    /// <summary>There from the beginning.</summary>
    internal const string Existing = "app.log";

    /// <summary>Not there at first.</summary>
    internal const string Later = "later.log";

    /// <summary>Writes a few things that a terminal would interpret, and answers its input.</summary>
    internal const string Talk = "talk.sh";

    /// <summary>Ignores SIGTERM.</summary>
    internal const string Stay = "stay.sh";

    /// <summary>Its last words fill its terminal many times over: it ends only if they are read.</summary>
    internal const string Goodbye = "goodbye.sh";

    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ui-tooling-");

    internal DemoFolder()
    {
        Directory.SetCurrentDirectory(_folder.FullName);
        Append(Existing, "written before anybody watched");
        File.WriteAllText(Talk, """
            echo "a terminal of $(stty size)"
            printf 'no \033[1;32mcolours\033[0m, no \033]0;title\atitle, bytes that are no UTF-8: \377\376.\n'
            printf 'progress:  10 %%\r'; printf 'progress: 100 %%\n'
            while read -r line; do
              case $line in size) echo "now $(stty size)";; *) echo "heard: $line";; esac
            done
            """);
        File.WriteAllText(Stay, """
            trap '' TERM
            echo I stay
            while :; do sleep 0.1; done
            """);
        File.WriteAllText(Goodbye, """
            trap 'seq -f "goodbye %g" 20000; exit 7' TERM
            echo ready to go
            while :; do sleep 0.1; done
            """);
    }

    internal static void Append(string file, string line) => File.AppendAllText(file, line + "\n");

    /// <summary>As log rotation does: the old file goes by another name.</summary>
    internal static void Rotate(string file) => File.Move(file, file + ".1");

    internal static void Truncate(string file) => File.WriteAllText(file, "");

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_before);
        _folder.Delete(recursive: true);
    }
}
