using System.Globalization;

namespace Figures;

/// <summary>A figure as it must be: a line of the file "expected".</summary>
/// <param name="Key">Whose.</param>
/// <param name="Calls">Of each operation.</param>
/// <param name="Bytes">What each operation allocates; null: not said, or not measured.</param>
/// <param name="HasHost">Whether the thread's locks and signals are the host's, which are not counted.</param>
internal sealed record Expectation(FigureKey Key, string Calls, double? Bytes, bool HasHost)
{
    internal static IEnumerable<Expectation> Read(string file) =>
        from line in File.ReadLines(file)
        where line.Length > 0 && line[0] != '#'
        select Parse(Array.ConvertAll(line.Split('|'), part => part.Trim()));

    private static Expectation Parse(string[] parts) => new(
        new FigureKey(parts[0], parts[1], parts[2]),
        parts[3],
        parts[4] == "-" ? null : double.Parse(parts[4], CultureInfo.InvariantCulture),
        parts is [_, _, _, _, _, "host"]);
}
