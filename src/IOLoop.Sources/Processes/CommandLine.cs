using System.Text;

namespace IOLoops.Sources.Processes;

/// <summary>
/// Arguments as one string, which is what a process of Windows gets. It takes that apart itself; this is how the C library, .NET and most
/// others do it. A program with rules of its own, such as cmd.exe, sees the quotation marks.
/// </summary>
internal static class CommandLine
{
    internal static string Of(IReadOnlyList<string> arguments)
    {
        var line = new StringBuilder();
        foreach (string argument in arguments)
        {
            if (line.Length > 0)
                line.Append(' ');
            if (argument.Length > 0 && !argument.AsSpan().ContainsAny(" \t\n\v\""))
                line.Append(argument);
            else
                AppendQuoted(line, argument);
        }
        return line.ToString();
    }

    /// <summary>Backslashes are themselves, but before a quotation mark each two of them are one.</summary>
    private static void AppendQuoted(StringBuilder line, string argument)
    {
        line.Append('"');
        int backslashes = 0;
        foreach (char one in argument)
        {
            if (one == '"')
                line.Append('\\', backslashes + 1);
            backslashes = one == '\\' ? backslashes + 1 : 0;
            line.Append(one);
        }
        line.Append('\\', backslashes).Append('"');
    }
}
