using System.Diagnostics;
using System.Globalization;

namespace IOLoops.Diagnostics;

/// <summary>A timeout that waits, for people to read.</summary>
/// <param name="Left">How long until it is due.</param>
/// <param name="Callback">Its callback's method.</param>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed record TimeoutState(TimeSpan Left, string Callback)
{
    public override string ToString() => Left <= TimeSpan.Zero
        ? $"     due now  {Callback}"
        : string.Create(CultureInfo.InvariantCulture, $"{Left.TotalSeconds,10:0.000} s  {Callback}");
}
