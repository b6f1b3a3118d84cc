using System.Diagnostics;

namespace IOLoops.Diagnostics;

/// <summary>What is registered for a descriptor, for people to read.</summary>
/// <param name="Descriptor">The number.</param>
/// <param name="Events">What is waited for.</param>
/// <param name="Handler">The handler's method, or that it is a wait.</param>
/// <param name="File">The object that the number was given with.</param>
/// <param name="Condition">What is out of the ordinary; empty: nothing.</param>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed record RegistrationState(int Descriptor, IOEvents Events, string Handler, object? File, string Condition)
{
    public override string ToString()
    {
        string text = $"{Descriptor,5}  {Events,-11}  {Handler}";
        if (File is not null)
            text += $"  ({File.GetType().Name})";
        return Condition.Length > 0 ? $"{text}  {Condition}" : text;
    }
}
