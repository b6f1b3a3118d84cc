using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>IOL0008: a loop in a local variable, which is attached, never leaves the method, and is never stopped.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NeverStoppedAnalyzer : DiagnosticAnalyzer
{
    private static readonly ImmutableHashSet<string> Ending = ImmutableHashSet.Create("Stop", "StopAsync", "Close", "Dispose", "DisposeAsync");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.NeverStopped);

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
        if (call.TargetMethod.Name != "Attach" || !types.IsHostedLoop(call.TargetMethod.ContainingType))
        {
            return;
        }

        var root = (IOperation)call;
        IVariableDeclaratorOperation? declarator = null;
        while (root.Parent is { } parent)
        {
            root = parent;
            if (call.TargetMethod.IsStatic && declarator is null && root is IVariableDeclaratorOperation own && own.GetVariableInitializer()?.Value.Unwrapped() == call)
            {
                declarator = own;
            }
        }

        if (!call.TargetMethod.IsStatic && call.Instance.Named() is ILocalSymbol local)
        {
            declarator = root.Descendants().OfType<IVariableDeclaratorOperation>().FirstOrDefault(own => local.Is(own.Symbol));
        }

        // Made here: what comes from elsewhere is stopped elsewhere.
        if (declarator?.GetVariableInitializer()?.Value.Unwrapped() is IObjectCreationOperation or IInvocationOperation { TargetMethod: { IsStatic: true, Name: "Attach" } } &&
            !IsUsing(declarator) && root.Descendants().OfType<ILocalReferenceOperation>().Where(reference => declarator.Symbol.Is(reference.Local)).All(Stays))
        {
            context.ReportDiagnostic(Diagnostic.Create(Rules.NeverStopped, call.Syntax.GetLocation(), declarator.Symbol.Name));
        }
    }

    private static bool IsUsing(IOperation declarator)
    {
        for (var current = declarator.Parent; current is not null and not IBlockOperation; current = current.Parent)
        {
            if (current is IUsingDeclarationOperation or IUsingOperation)
            {
                return true;
            }
        }

        return false;
    }

    // Used for one of its members, which does not end it. All else may hand it on.
    private static bool Stays(ILocalReferenceOperation reference) => reference.Parent switch
    {
        IInvocationOperation call => call.Instance == reference && !Ending.Contains(call.TargetMethod.Name),
        IMethodReferenceOperation method => method.Instance == reference && !Ending.Contains(method.Method.Name),
        IPropertyReferenceOperation property => property.Instance == reference,
        _ => false,
    };
}
