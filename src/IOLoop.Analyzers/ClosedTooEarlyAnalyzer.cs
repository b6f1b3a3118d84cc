using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>IOL0006: one block closes a descriptor and then removes its handler.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ClosedTooEarlyAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.ClosedTooEarly);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (LoopTypes.Of(start.Compilation) is { } types)
            {
                start.RegisterOperationAction(operation => Analyze(operation, types), OperationKind.Invocation);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context, LoopTypes types)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod.Name is not ("RemoveHandler" or "RemoveHandlerAsync") || !types.IsCallOfLoop(call) || Descriptor(call) is not { } descriptor ||
            IsHeld(call) || call.Statement() is not { Parent: IBlockOperation block } statement)
        {
            return;
        }

        int own = block.Operations.IndexOf(statement);
        for (int index = own - 1; index >= 0; index--)
        {
            var earlier = Called(block.Operations[index]);
            if (earlier?.TargetMethod.Name is "Dispose" or "Close" && descriptor.Is(earlier.Instance.Named()))
            {
                var properties = statement is IExpressionStatementOperation
                    ? ImmutableDictionary<string, string?>.Empty.Add(Rules.FixProperty, (own - index).ToString(CultureInfo.InvariantCulture))
                    : ImmutableDictionary<string, string?>.Empty;
                context.ReportDiagnostic(Diagnostic.Create(
                    Rules.ClosedTooEarly, call.Syntax.GetLocation(), [block.Operations[index].Syntax.GetLocation()], properties, descriptor.Name));
                return;
            }

            if (block.Operations[index].DescendantsAndSelf().Any(operation => IsAnew(operation, descriptor, types)))
            {
                return;
            }
        }
    }

    // A loop holds a reference to a registered SafeHandle, which is closed after its removal.
    private static bool IsHeld(IInvocationOperation call)
    {
        for (var type = call.Arguments[0].Value.Unwrapped() is IConversionOperation conversion ? conversion.Operand.Unwrapped().Type : null; type is not null; type = type.BaseType)
        {
            if (type.IsNamed("System.Runtime.InteropServices", "SafeHandle"))
            {
                return true;
            }
        }

        return false;
    }

    private static ISymbol? Descriptor(IInvocationOperation call) =>
        call.Arguments.Length == 0 ? null : call.Arguments[0].Value is IConversionOperation { OperatorMethod: not null } conversion ? conversion.Operand.Named() : call.Arguments[0].Value.Named();

    private static IInvocationOperation? Called(IOperation statement) =>
        statement is IExpressionStatementOperation { Operation: var operation } ? operation.Unwrapped() switch
        {
            IInvocationOperation call => call,
            IAwaitOperation { Operation: IInvocationOperation call } => call,
            _ => null,
        } : null;

    // Registered, removed or assigned between both: another registration, or another descriptor.
    private static bool IsAnew(IOperation operation, ISymbol descriptor, LoopTypes types) => operation switch
    {
        IInvocationOperation call when call.TargetMethod.Name is "AddHandler" or "RemoveHandler" or "RemoveHandlerAsync" => types.IsCallOfLoop(call) && descriptor.Is(Descriptor(call)),
        IAssignmentOperation assignment => descriptor.Is(assignment.Target.Named()),
        IArgumentOperation { Parameter.RefKind: not RefKind.None } argument => descriptor.Is(argument.Value.Named()),
        _ => false,
    };
}
