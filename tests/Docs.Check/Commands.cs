using System.Text.RegularExpressions;

namespace IOLoops.DocsCheck;

/// <summary>
/// The list of what no file is quoted for: commands, and blocks of other languages. Each says which script runs it, by a text that
/// stands in that script, or why none does.
/// </summary>
internal sealed partial class Commands
{
    internal const string Path = "tests/Docs.Check/commands";

    private readonly Dictionary<(string Page, string Command), string> _verdicts = [];
    private readonly HashSet<(string Page, string Command)> _used = [];

    internal Commands(Clone clone)
    {
        string page = "", command = "";
        foreach (string line in clone.Read(Path).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line[0] != ' ')
                page = line;
            else if (!line.StartsWith("    ", StringComparison.Ordinal))
                command = line.Trim();
            else if (!_verdicts.TryAdd((page, command), line.Trim()))
                throw new InvalidDataException($"{Path}: '{command}' of {page} is listed twice.");
        }
    }

    /// <summary>What is listed, and stands on no page.</summary>
    internal IEnumerable<(string Page, string Command)> Unused => _verdicts.Keys.Where(key => !_used.Contains(key));

    internal bool Lists(string page, string command) => _verdicts.ContainsKey((page, command));

    /// <summary>What is wrong with a command, or null.</summary>
    internal string? Problem(Clone clone, string page, string command)
    {
        if (!_verdicts.TryGetValue((page, command), out string? verdict))
            return $"no check runs '{command}'. Name one in {Path}, or say there why none does";
        _used.Add((page, command));
        if (NotRun().IsMatch(verdict))
            return null;
        var run = Run().Match(verdict);
        return run.Success && clone.Contains(run.Groups[1].Value, run.Groups[2].Value)
            ? null
            : $"'{command}': {Path} says '{verdict}', but no such text stands in such a file";
    }

    /// <summary>The commands of a block: its lines, or, in one that also shows what they print, those behind a prompt.</summary>
    internal static IEnumerable<string> Of(CodeBlock block) => block.Language == "sh"
        ? block.Lines.Select(line => Remark().Replace(line, "").Trim()).Where(line => line.Length > 0)
        : block.Lines.Where(line => line.StartsWith("$ ", StringComparison.Ordinal)).Select(line => line[2..].Trim());

    [GeneratedRegex(@"(^|\s)#\s.*$")]
    private static partial Regex Remark();

    [GeneratedRegex("^not run: .{10,}$")]
    private static partial Regex NotRun();

    [GeneratedRegex(@"^run: (\S+): (.+)$")]
    private static partial Regex Run();
}
