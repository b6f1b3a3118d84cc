using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>IOL0001, IOL0002 and IOL0003: calls that block the loop's thread, in code that a loop runs.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class BlockingAnalyzer : LoopCodeAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.Blocking, Rules.NestedRun, Rules.SynchronousIO);

    private protected override ImmutableArray<OperationKind> Kinds { get; } = ImmutableArray.Create(OperationKind.Invocation, OperationKind.PropertyReference);

    private protected override Diagnostic? Check(IOperation operation, IOperation function, IInvocationOperation? callOfLoop, LoopTypes types)
    {
        switch (operation)
        {
            case IPropertyReferenceOperation { Property.Name: "Result" } result when BlockingCalls.IsTask(result.Property.ContainingType):
                return Waits(result, result.Instance, function, callOfLoop, "Result");
            case IInvocationOperation { TargetMethod.Name: "GetResult" } get when BlockingCalls.AwaitedTask(get) is { } task:
                return Waits(get, task, function, callOfLoop, "GetResult()");
            case IInvocationOperation { TargetMethod.Name: "Wait" } wait when BlockingCalls.IsTask(wait.TargetMethod.ContainingType):
                return BlockingCalls.WaitsNot(wait) ? null : Waits(wait, wait.Instance, function, callOfLoop, "Wait()");
            case IInvocationOperation call when BlockingCalls.Blocks(call):
                return BlockingCalls.WaitsNot(call) || LeavesTheLoop(call, function) ? null : Report(Rules.Blocking, call, function, callOfLoop, call.TargetMethod.ContainingType.Name + "." + call.TargetMethod.Name);
            case IInvocationOperation call when RunsNested(call, callOfLoop, types):
                return Diagnostic.Create(Rules.NestedRun, call.Syntax.GetLocation(), call.TargetMethod.Name);
            case IInvocationOperation call when SynchronousCalls.Blocks(call) && !LeavesTheLoop(call, function):
                return Diagnostic.Create(Rules.SynchronousIO, call.Syntax.GetLocation(), call.TargetMethod.ContainingType.Name + "." + call.TargetMethod.Name);
            default:
                return null;
        }
    }

    private static Diagnostic? Waits(IOperation wait, IOperation? task, IOperation function, IInvocationOperation? callOfLoop, string what) =>
        task is null || CompletedTasks.IsKnown(task, function, callOfLoop) || LeavesTheLoop(wait, function) ? null : Report(Rules.Blocking, wait, function, callOfLoop, what);

    private static Diagnostic Report(DiagnosticDescriptor rule, IOperation operation, IOperation function, IInvocationOperation? callOfLoop, string what)
    {
        var properties = ImmutableDictionary<string, string?>.Empty;
        if (BlockingCalls.CanAwait(operation) && BlockingCalls.CanBeAsynchronous(function, callOfLoop))
        {
            properties = properties.Add(Rules.FixProperty, "await");
        }

        return Diagnostic.Create(rule, operation.Syntax.GetLocation(), properties, what);
    }

    /// <summary>After <c>ConfigureAwait(false)</c> the code may run anywhere, and blocks no loop for certain.</summary>
    private static bool LeavesTheLoop(IOperation operation, IOperation function) => LoopThread.LeftBefore(operation, function, everywhere: true) is not null;

    private static bool RunsNested(IInvocationOperation call, IInvocationOperation? callOfLoop, LoopTypes types) =>
        call.TargetMethod.Name is "RunSync" or "Start" or "RunOnce" && types.IsCallOfLoop(call) &&
        callOfLoop?.Instance.Named() is { } loop && loop.Is(call.Instance.Named()) && types.IsNativeLoop(call.Instance!.Unwrapped().Type);
}
