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
                if (lines[i].Length > 0)
                    comment = Comment().Match(lines[i]).Groups[1].Value;
                continue;
            }
            int end = Array.IndexOf(lines, "```", i + 1);
            if (end < 0)
                throw new InvalidDataException($"{page}:{i + 1}: the code block has no end.");
            yield return new(page, i + 1, fence.Groups[1].Value, comment, lines[(i + 1)..end]);
            comment = "";
            i = end;
        }
    }

    [GeneratedRegex(@"^\s*```(\S*)\s*$")]
    private static partial Regex Fence();

    [GeneratedRegex(@"^<!-- (.+) -->$")]
    private static partial Regex Comment();
}
