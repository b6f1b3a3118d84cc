using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>IOL0007: <c>async void</c> lambdas and methods that a loop is to run.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class AsyncVoidAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.AsyncVoid);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (LoopTypes.Of(start.Compilation) is { } types)
            {
                start.RegisterOperationAction(operation => Analyze(operation, types), OperationKind.AnonymousFunction, OperationKind.MethodReference);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context, LoopTypes types)
    {
        var (method, name) = context.Operation switch
        {
            IAnonymousFunctionOperation lambda => (lambda.Symbol, "This lambda"),
            IMethodReferenceOperation reference => (reference.Method, reference.Method.Name),
            _ => (null, ""),
        };
        if (method is { IsAsync: true, ReturnsVoid: true } && context.Operation.AsArgument() is { } argument && types.RunsOnLoop(argument))
        {
            // A signature that nothing outside can rely on.
            var isOwn = context.Operation is IMethodReferenceOperation && (method.DeclaredAccessibility == Accessibility.Private || method.MethodKind == MethodKind.LocalFunction);
            var properties = isOwn && BlockingCalls.TakesTasks(argument)
                ? ImmutableDictionary<string, string?>.Empty.Add(Rules.FixProperty, "Task")
                : ImmutableDictionary<string, string?>.Empty;
            context.ReportDiagnostic(Diagnostic.Create(Rules.AsyncVoid, context.Operation.Syntax.GetLocation(), properties, name));
        }
    }
}
