using System.Globalization;

namespace IOLoops.Conformance;

/// <summary>How many random cases a fuzz test runs.</summary>
/// <remarks>
/// CI runs few, in seconds. <c>IOLOOP_FUZZ=100</c> runs a hundred times as many. A failure prints the seed of its case; set <c>CsCheck_Seed</c>
/// to it and run that test alone, to repeat it.
/// </remarks>
public static class FuzzCases
{
    /// <summary>The environment variable with the factor.</summary>
    public const string Variable = "IOLOOP_FUZZ";

    private static readonly double Factor =
        double.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.Float, CultureInfo.InvariantCulture, out double factor) ? factor : 1;

    /// <param name="byDefault">How many CI runs.</param>
    public static int Of(int byDefault) => (int)Math.Clamp(byDefault * Factor, 1, int.MaxValue);
}
