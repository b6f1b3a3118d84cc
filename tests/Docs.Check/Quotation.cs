namespace IOLoops.DocsCheck;

/// <summary>Compares what a page quotes with what it quotes from: whole lines, whatever their common indentation.</summary>
internal static class Quotation
{
    /// <summary>Whether the lines stand in the file, one after another.</summary>
    internal static bool IsIn(IReadOnlyList<string> quoted, string[] file)
    {
        string[] wanted = Flush(quoted);
        for (int start = 0; start + wanted.Length <= file.Length; start++)
        {
            if (Flush(file[start..(start + wanted.Length)]).AsSpan().SequenceEqual(wanted))
                return true;
        }
        return false;
    }

    // Directives of the preprocessor stand at the margin, whatever the code between them does.
    private static string[] Flush(IReadOnlyList<string> lines)
    {
        int indentation = lines.Where(IsIndented).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        return [.. lines.Select(line => IsIndented(line) ? line[indentation..].TrimEnd() : line)];

        static bool IsIndented(string line) => line.Length > 0 && line[0] != '#';
    }
}
