using System.Text.RegularExpressions;

namespace IOLoops.DocsCheck;

/// <summary>The Markdown files of a clone, and their code blocks.</summary>
internal static partial class Pages
{
    internal static IEnumerable<CodeBlock> BlocksOf(Clone clone) => clone.Files("*.md").SelectMany(page => Parse(page, clone.Read(page)));

    internal static IEnumerable<CodeBlock> Parse(string page, string[] lines)
    {
        string comment = "";
        for (int i = 0; i < lines.Length; i++)
        {
            var fence = Fence().Match(lines[i]);
            if (!fence.Success)
            {
                if (AnyFence().IsMatch(lines[i]))
                    throw new InvalidDataException($"{page}:{i + 1}: a code block begins with three backticks and at most one word.");
                if (lines[i].Length > 0)
                    comment = Comment().Match(lines[i]).Groups[1].Value;
                continue;
            }
            int end = Array.FindIndex(lines, i + 1, line => AnyFence().IsMatch(line));
            if (end < 0 || lines[end].Trim() != "```")
                throw new InvalidDataException($"{page}:{i + 1}: the code block has no end.");
            yield return new(page, i + 1, fence.Groups[1].Value, comment, lines[(i + 1)..end]);
            comment = "";
            i = end;
        }
    }

    [GeneratedRegex(@"^\s*```([^\s`]*)\s*$")]
    private static partial Regex Fence();

    // Also those of quotations and of list items. A run of backticks that ends in the same line is code within a sentence.
    [GeneratedRegex(@"^[\s>*+-]*(\d+[.)]\s+)?(`{3,}[^`]*$|~{3,})")]
    private static partial Regex AnyFence();

    [GeneratedRegex(@"^<!-- (.+) -->$")]
    private static partial Regex Comment();
}
