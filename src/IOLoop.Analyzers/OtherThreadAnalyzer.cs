using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>IOL0004, in lambdas that a thread of the pool, a new thread or a system timer runs.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class OtherThreadAnalyzer : DiagnosticAnalyzer
{
    // Of the loop, inside the same lambda: that thread runs the loop, or has asked.
    private static readonly ImmutableHashSet<string> Settling = ImmutableHashSet.Create(
        "Start", "RunSync", "RunOnce", "RunAsync", "MakeCurrent", "EnterLoopThread", "SwitchTo", "IsOnLoopThread", "IsRunning", "Close", "Dispose", "DisposeAsync");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.WrongThread);

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
        if (LoopThreadCalls.Is(call, types) && call.Instance.Named() is { } loop &&
            call.EnclosingFunction() is IAnonymousFunctionOperation lambda && lambda.AsArgument() is { Parent: { } receiver } && Runner(receiver) is { } runner &&
            !IsOfLambda(loop, lambda) && !lambda.Descendants().Any(operation => Settles(operation, loop)))
        {
            context.ReportDiagnostic(LoopThreadCalls.Report(call, runner + " runs this on another thread"));
        }
    }

    private static string? Runner(IOperation receiver) => receiver switch
    {
        IInvocationOperation { TargetMethod: { Name: "Run" } method } when method.ContainingType.IsNamed("System.Threading.Tasks", "Task") => "Task.Run",
        IInvocationOperation { TargetMethod: { Name: "QueueUserWorkItem" or "UnsafeQueueUserWorkItem" } method } when method.ContainingType.IsNamed("System.Threading", "ThreadPool") => "ThreadPool." + method.Name,
        IObjectCreationOperation creation when creation.Type.IsNamed("System.Threading", "Thread") => "A new thread",
        IObjectCreationOperation creation when creation.Type.IsNamed("System.Threading", "Timer") => "A system timer",
        _ => null,
    };

    // A loop that the lambda has made itself, or was given.
    private static bool IsOfLambda(ISymbol loop, IAnonymousFunctionOperation lambda) =>
        loop is ILocalSymbol or IParameterSymbol && loop.DeclaringSyntaxReferences.Any(reference => lambda.Syntax.FullSpan.Contains(reference.Span));

    private static bool Settles(IOperation operation, ISymbol loop) => operation switch
    {
        IInvocationOperation call => Settling.Contains(call.TargetMethod.Name) && loop.Is(call.Instance.Named()),
        IPropertyReferenceOperation property => Settling.Contains(property.Property.Name) && loop.Is(property.Instance.Named()),
        _ => false,
    };
}
