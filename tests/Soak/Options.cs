using System.Globalization;
using Soak.Checking;
using Soak.Loops;
using Soak.Plants;

namespace Soak;

/// <summary>What the command line says.</summary>
internal sealed record Options
{
    internal TimeSpan Duration { get; private init; } = TimeSpan.FromSeconds(30);

    internal TimeSpan Round { get; private init; } = TimeSpan.FromSeconds(2);

    internal IReadOnlyList<Kind> Kinds { get; private init; } = Loops.Kinds.All;

    internal int Seed { get; private init; } = Environment.TickCount & 0xFFFFFF;

    internal PlantedFault Plant { get; private init; }

    internal TimeSpan Bound { get; private init; } = Patience.Bound;

    /// <summary>Null, and a line that says what to do, when something cannot be understood.</summary>
    internal static Options? Parse(string[] arguments, out string problem)
    {
        var options = new Options();
        problem = "";
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            var next = options.With(arguments[i], value);
            if (next is null)
            {
                problem = Explain(arguments[i], value);
                return null;
            }
            options = next;
        }
        return options;
    }

    private Options? With(string name, string value) => name switch
    {
        "--minutes" when Number(value) is { } minutes => this with { Duration = TimeSpan.FromMinutes(minutes) },
        "--seconds" when Number(value) is { } seconds => this with { Duration = TimeSpan.FromSeconds(seconds) },
        "--round" when Number(value) is { } seconds => this with { Round = TimeSpan.FromSeconds(seconds) },
        "--bound" when Number(value) is { } seconds => this with { Bound = TimeSpan.FromSeconds(seconds) },
        "--seed" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int seed) => this with { Seed = seed },
        "--plant" when Enum.TryParse(value, out PlantedFault plant) && Enum.IsDefined(plant) => this with { Plant = plant },
        "--loops" when KindsOf(value) is { } kinds => this with { Kinds = kinds },
        _ => null,
    };

    private static double? Number(string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number is > 0 and < 1_000_000 ? number : null;

    private static List<Kind>? KindsOf(string value)
    {
        var kinds = value.Split(',').Select(static name => Loops.Kinds.All.FirstOrDefault(kind => kind.Name == name)).OfType<Kind>().Distinct().ToList();
        return kinds.Count == value.Split(',').Length ? kinds : null;
    }

    private static string Explain(string name, string value) => name switch
    {
        "--minutes" or "--seconds" or "--round" or "--bound" => $"{name} needs a number above 0, not '{value}'.",
        "--seed" => $"--seed needs a whole number from 0 on, not '{value}'.",
        "--plant" => $"--plant needs one of {string.Join(", ", Enum.GetNames<PlantedFault>())}, not '{value}'.",
        "--loops" => $"--loops needs a list, without spaces, of {string.Join(",", Loops.Kinds.All.Select(static kind => kind.Name))}, not '{value}'.",
        _ => $"'{name}' is no option. Use --minutes M, --seconds S, --loops A,B, --seed N, --round S, --bound S, --plant NAME, or plants.",
    };
}
