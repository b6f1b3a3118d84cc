using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>The members of a running loop that its own thread alone may call.</summary>
internal static class LoopThreadCalls
{
    private static readonly ImmutableHashSet<string> Names = ImmutableHashSet.Create(
        "AddHandler", "UpdateHandler", "RemoveHandler", "CallAt", "CallLater", "AddTimeout", "RemoveTimeout");

    public static bool Is(IInvocationOperation call, LoopTypes types) => Names.Contains(call.TargetMethod.Name) && types.IsCallOfLoop(call);

    public static Diagnostic Report(IInvocationOperation call, string why)
    {
        // Only a statement has no result that the rest of the code needs.
        var properties = call.Parent is IExpressionStatementOperation && call.Instance.Named() is not null
            ? ImmutableDictionary<string, string?>.Empty.Add(Rules.FixProperty, "AddCallback")
            : ImmutableDictionary<string, string?>.Empty;
        return Diagnostic.Create(Rules.WrongThread, call.Syntax.GetLocation(), properties, call.TargetMethod.Name, why);
    }
}
