using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>IOL0004, in code that a loop runs: calls after an <c>await</c> that does not resume on the loop.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LeftThreadAnalyzer : LoopCodeAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.WrongThread);

    private protected override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(OperationKind.Invocation);

    private protected override Diagnostic? Check(IOperation operation, IOperation function, IInvocationOperation? callOfLoop, LoopTypes types)
    {
        var call = (IInvocationOperation)operation;
        if (!LoopThreadCalls.Is(call, types) || callOfLoop is not null && callOfLoop.Instance.Named()?.Is(call.Instance.Named()) != true)
        {
            return null;
        }

        return LoopThread.LeftBefore(call, function, everywhere: false) is null ? null : LoopThreadCalls.Report(call, "ConfigureAwait(false) has left it");
    }
}
