using Microsoft.CodeAnalysis;

namespace IOLoops.Analyzers;

/// <summary>Every rule of this assembly. The page of each is the section of its id in docs/analyzers.md.</summary>
public static class Rules
{
    /// <summary>The key of a property of a diagnostic: what its code fix needs to know.</summary>
    public const string FixProperty = "fix";

    private const string Correctness = "IOLoop.Correctness";

    /// <summary>IOL0009.</summary>
    public static readonly DiagnosticDescriptor HasFlagError = Warning(
        "IOL0009", Correctness,
        "HasFlag(IOEvents.Error) misses errors",
        "HasFlag(IOEvents.Error) is false for an error alone and for a hang-up alone. Use HasError().",
        "IOEvents.Error is two bits, of which the system may report one. HasFlag asks for both.");

    private static DiagnosticDescriptor Warning(string id, string category, string title, string message, string description) =>
        new(id, title, message, category, DiagnosticSeverity.Warning, isEnabledByDefault: true, description);
}
