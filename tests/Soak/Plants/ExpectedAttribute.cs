using Soak.Checking;

namespace Soak.Plants;

/// <summary>As what a planted fault must be found.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class ExpectedAttribute(Violation violation) : Attribute
{
    internal Violation Violation { get; } = violation;
}
