using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>IOL0010: <c>RxIOLoop</c> over <c>ImmediateScheduler</c> or <c>CurrentThreadScheduler</c>.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class InlineSchedulerAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.InlineScheduler);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName("IOLoops.Rx.RxIOLoop") is { } loop)
            {
                start.RegisterOperationAction(operation => Analyze(operation, loop), OperationKind.Argument);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context, INamedTypeSymbol loop)
    {
        var argument = (IArgumentOperation)context.Operation;
        if (argument.Parameter is { Name: "scheduler", ContainingSymbol: { } method } && loop.Is(method.ContainingType) &&
            argument.Value.Unwrapped().Type is { Name: "ImmediateScheduler" or "CurrentThreadScheduler" } type && type.IsNamed("System.Reactive.Concurrency", type.Name))
        {
            context.ReportDiagnostic(Diagnostic.Create(Rules.InlineScheduler, argument.Syntax.GetLocation(), type.Name));
        }
    }
}
