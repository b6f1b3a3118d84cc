using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>
/// For rules about code that a loop runs: lambdas and local functions that are passed to a loop, and methods that their own type
/// passes to one. What such code calls is not followed.
/// </summary>
public abstract class LoopCodeAnalyzer : DiagnosticAnalyzer
{
    /// <summary>What is looked at.</summary>
    private protected abstract ImmutableArray<OperationKind> Kinds { get; }

    /// <inheritdoc/>
    public sealed override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (LoopTypes.Of(start.Compilation) is { } types)
            {
                start.RegisterSymbolStartAction(type => AnalyzeType(type, types), SymbolKind.NamedType);
            }
        });
    }

    /// <summary>What is to be reported of an operation if a loop runs the function. The call of the loop is null where a method is passed by its name.</summary>
    private protected abstract Diagnostic? Check(IOperation operation, IOperation function, IInvocationOperation? callOfLoop, LoopTypes types);

    private void AnalyzeType(SymbolStartAnalysisContext context, LoopTypes types)
    {
        var passed = new ConcurrentDictionary<IMethodSymbol, bool>(SymbolEqualityComparer.Default);
        var found = new ConcurrentBag<(IMethodSymbol Method, Diagnostic Diagnostic)>();
        context.RegisterOperationAction(operation =>
        {
            var reference = (IMethodReferenceOperation)operation.Operation;
            if (reference.AsArgument() is { } argument && types.RunsOnLoop(argument))
            {
                passed.TryAdd(reference.Method.OriginalDefinition, true);
            }
        }, OperationKind.MethodReference);
        context.RegisterOperationAction(operation =>
        {
            // Of a nested type it is analyzed with that type.
            if (!SymbolEqualityComparer.Default.Equals(operation.ContainingSymbol.ContainingType, context.Symbol))
            {
                return;
            }

            var function = operation.Operation.EnclosingFunction();
            if (function is IAnonymousFunctionOperation)
            {
                if (function.AsArgument() is { } argument && types.RunsOnLoop(argument) &&
                    Check(operation.Operation, function, argument.Parent as IInvocationOperation, types) is { } diagnostic)
                {
                    operation.ReportDiagnostic(diagnostic);
                }
            }
            else if (Operations.MethodOf(function, operation.ContainingSymbol) is { } method && Check(operation.Operation, function, null, types) is { } diagnostic)
            {
                found.Add((method.OriginalDefinition, diagnostic));
            }
        }, Kinds);
        context.RegisterSymbolEndAction(end =>
        {
            foreach (var (method, diagnostic) in found)
            {
                if (passed.ContainsKey(method))
                {
                    end.ReportDiagnostic(diagnostic);
                }
            }
        });
    }
}
