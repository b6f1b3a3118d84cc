using System.Text.RegularExpressions;

namespace IOLoops.DocsCheck;

/// <summary>Finds code blocks that no check compiles, runs or compares.</summary>
internal sealed partial class Checker(Clone clone)
{
    private const string Examples = "tests/Docs.Examples";

    private readonly Commands _commands = new(clone);
    private readonly List<string> _problems = [];
    private int _checked;

    /// <summary>One line for each block that is wrong.</summary>
    internal IReadOnlyList<string> Problems => _problems;

    /// <summary>How many blocks were right.</summary>
    internal int Right => _checked - _problems.Count;

    internal void Run()
    {
        foreach (var block in Pages.BlocksOf(clone))
            Report(block.ToString(), ProblemOf(block));
        string[][] examples = [.. clone.Files("*.cs", Examples).Select(clone.Read)];
        foreach (string file in clone.Files("*.cs", "src"))
        {
            foreach (var block in DocComments.BlocksOf(file, clone.Read(file)))
                Report(block.ToString(), examples.Any(example => Quotation.IsIn(block.Lines, example)) ? null : $"no file of {Examples} has this example");
        }
        foreach (var (page, command) in _commands.Unused)
            Report(Commands.Path, $"{page} has no '{command}'");
    }

    private void Report(string place, string? problem)
    {
        _checked++;
        if (problem is not null)
            _problems.Add($"{place}: {problem}");
    }

    private string? ProblemOf(CodeBlock block) => block.Language switch
    {
        "csharp" when block.Comment.Length == 0 && _commands.Lists(block.Page, "csharp") => _commands.Problem(clone, block.Page, "csharp"),
        "csharp" when block.Comment.Length == 0 => "no comment above it names the file that it is quoted from, so nothing compiles it",
        "csharp" or "xml" or "json" => ProblemOfQuotation(block, block.Comment),
        "diff" => ProblemOfDifference(block),
        "sh" => ProblemOfCommands(block),
        "" when block.Comment.Length == 0 && !Commands.Of(block).Any() => "a block without a language names the file that it is quoted from in a comment above it, or is 'text'",
        "" or "text" when block.Comment.Length == 0 => ProblemOfCommands(block),
        "" or "text" => ProblemOfQuotation(block, block.Comment),
        "mermaid" => null,
        _ => _commands.Problem(clone, block.Page, block.Language),
    };

    private string? ProblemOfQuotation(CodeBlock block, string file)
    {
        if (!clone.Has(file))
            return $"there is no file '{file}' that it could be quoted from";
        if (block.Lines.Count == 0 || !Quotation.IsIn(block.Lines, clone.Read(file)))
            return $"not what {file} says";
        return block.Language != "csharp" || clone.Builds(file) ? null : $"no check builds the project of {file}";
    }

    // The lines with a minus stand in one file, those with a plus in another; the others stand in both.
    private string? ProblemOfDifference(CodeBlock block)
    {
        var files = TwoFiles().Match(block.Comment);
        if (!files.Success)
            return "the comment above it names no two files, as in 'a.cs -> b.cs'";
        foreach (var (file, other) in new[] { (files.Groups[1].Value, '+'), (files.Groups[2].Value, '-') })
        {
            string[] side = [.. block.Lines.Where(line => line[0] != other).Select(line => line[1..])];
            if (ProblemOfQuotation(block with { Language = "csharp", Lines = side }, file) is { } problem)
                return problem;
        }
        return null;
    }

    private string? ProblemOfCommands(CodeBlock block)
    {
        if (block.Comment.Length > 0)
        {
            string script = block.Comment.Split(':')[0] + "/run";
            return clone.Contains(script, $"'{block.Comment}'") ? null : $"{script} does not follow '{block.Comment}'";
        }
        return Commands.Of(block).Select(command => _commands.Problem(clone, block.Page, command)).FirstOrDefault(problem => problem is not null);
    }

    [GeneratedRegex(@"^(\S+) -> (\S+)$")]
    private static partial Regex TwoFiles();
}
