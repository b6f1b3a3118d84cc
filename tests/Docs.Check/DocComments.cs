using System.Net;

namespace IOLoops.DocsCheck;

/// <summary>The examples in the documentation comments of source files.</summary>
internal static class DocComments
{
    /// <summary>What stands between <c>&lt;code&gt;</c> and its end.</summary>
    internal static IEnumerable<CodeBlock> BlocksOf(string path, string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].Contains("<code", StringComparison.Ordinal))
                continue;
            int end = Array.FindIndex(lines, i, line => line.Contains("</code>", StringComparison.Ordinal));
            if (end <= i || lines[i].Trim() != "/// <code>" || lines[end].Trim() != "/// </code>")
                throw new InvalidDataException($"{path}:{i + 1}: <code> and </code> stand on lines of their own.");
            yield return new(path, i + 1, "csharp", "", [.. lines[(i + 1)..end].Select(Text)]);
            i = end;
        }
    }

    private static string Text(string line)
    {
        string comment = line.TrimStart();
        return WebUtility.HtmlDecode(comment.StartsWith("/// ", StringComparison.Ordinal) ? comment[4..] : comment[3..]);
    }
}
