using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>IOL0009: <c>HasFlag</c> with a constant that has the bits of <c>IOEvents.Error</c>.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class HasFlagAnalyzer : DiagnosticAnalyzer
{
    private const int Error = 0x018;

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.HasFlagError);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName("IOLoops.IOEvents") is { } events)
            {
                start.RegisterOperationAction(operation => Analyze(operation, events), OperationKind.Invocation);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context, INamedTypeSymbol events)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod is not { Name: "HasFlag", ContainingType.SpecialType: SpecialType.System_Enum } || call.Arguments.Length != 1)
        {
            return;
        }

        var flag = WithoutConversions(call.Arguments[0].Value);
        if (SymbolEqualityComparer.Default.Equals(flag.Type, events) && flag.ConstantValue is { HasValue: true, Value: int bits } && (bits & Error) == Error)
        {
            // What asks for more bits than those of Error has no single answer.
            var properties = bits == Error ? ImmutableDictionary<string, string?>.Empty.Add(Rules.FixProperty, "HasError") : ImmutableDictionary<string, string?>.Empty;
            context.ReportDiagnostic(Diagnostic.Create(Rules.HasFlagError, call.Syntax.GetLocation(), properties));
        }
    }

    private static IOperation WithoutConversions(IOperation operation)
    {
        while (operation is IConversionOperation conversion)
        {
            operation = conversion.Operand;
        }

        return operation;
    }
}
