using System.Text;

namespace IOLoops.Sources.Processes;

/// <summary>The variables of a process as Windows takes them: one behind another, sorted by name, and an empty one at the end.</summary>
internal static class EnvironmentBlock
{
    /// <param name="variables">Each with its name, "=" and its value.</param>
    /// <remarks>
    /// By the name alone: as a whole, "A1=" would come before "A=", and a process whose variables are not sorted cannot remove
    /// or replace them.
    /// </remarks>
    internal static string Of(IReadOnlyList<string> variables)
    {
        var block = new StringBuilder();
        foreach (string variable in variables.OrderBy(static variable => variable[..variable.IndexOf('=')], StringComparer.OrdinalIgnoreCase))
            block.Append(variable).Append('\0');
        return block.Append('\0').ToString();
    }
}
