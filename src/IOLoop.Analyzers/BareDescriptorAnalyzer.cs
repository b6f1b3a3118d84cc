using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>IOL0005: the number of a handle or socket becomes a <c>FileDescriptor</c>.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class BareDescriptorAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.BareDescriptor);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName("IOLoops.FileDescriptor") is { } descriptor)
            {
                start.RegisterOperationAction(operation => Analyze(operation, descriptor), OperationKind.Conversion, OperationKind.Invocation);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context, INamedTypeSymbol descriptor)
    {
        var number = context.Operation switch
        {
            IConversionOperation { OperatorMethod: { } method } conversion when descriptor.Is(method.ContainingType) => conversion.Operand,
            IInvocationOperation { TargetMethod: { Name: "From" } method, Arguments.Length: 1 } call when descriptor.Is(method.ContainingType) => call.Arguments[0].Value,
            _ => null,
        };
        if (number is not null && (Owner(number) ?? OwnerOfLocal(number)) is { } owner)
        {
            // The owner converts by itself where a FileDescriptor is passed.
            var isArgument = context.Operation.Parent is IArgumentOperation;
            var properties = isArgument && owner.Named() is not null
                ? ImmutableDictionary<string, string?>.Empty.Add(Rules.FixProperty, owner.Syntax.ToString())
                : ImmutableDictionary<string, string?>.Empty;
            context.ReportDiagnostic(Diagnostic.Create(Rules.BareDescriptor, context.Operation.Syntax.GetLocation(), properties, owner.Syntax.ToString()));
        }
    }

    private static IOperation? Owner(IOperation number)
    {
        while (true)
        {
            switch (number)
            {
                case IConversionOperation conversion:
                    number = conversion.Operand;
                    break;
                case IParenthesizedOperation parenthesized:
                    number = parenthesized.Operand;
                    break;
                case IInvocationOperation { TargetMethod.Name: "ToInt32" or "ToInt64", Instance: { } pointer }:
                    number = pointer;
                    break;
                case IInvocationOperation { TargetMethod.Name: "DangerousGetHandle", Instance: { } handle }:
                    return handle is IInstanceReferenceOperation ? null : handle;
                case IPropertyReferenceOperation { Property: { Name: "Handle" } property, Instance: { } socket } when property.ContainingType.IsNamed("System.Net.Sockets", "Socket"):
                    return socket;
                default:
                    return null;
            }
        }
    }

    private static IOperation? OwnerOfLocal(IOperation number)
    {
        if (number.Unwrapped() is not ILocalReferenceOperation { Local: var local })
        {
            return null;
        }

        var root = number;
        while (root.Parent is { } parent)
        {
            root = parent;
        }

        var declared = root.Descendants().OfType<IVariableDeclaratorOperation>().FirstOrDefault(declarator => local.Is(declarator.Symbol));
        var isAssigned = root.Descendants().OfType<IAssignmentOperation>().Any(assignment => local.Is(assignment.Target.Named()));
        return declared?.GetVariableInitializer()?.Value is { } value && !isAssigned ? Owner(value) : null;
    }
}
