using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>Calls that wait for something else than a descriptor.</summary>
internal static class BlockingCalls
{
    private const string Threading = "System.Threading";
    private const string Tasks = "System.Threading.Tasks";

    private static readonly ImmutableHashSet<string> Members = ImmutableHashSet.Create(
        "System.Threading.Tasks.Task.WaitAll", "System.Threading.Tasks.Task.WaitAny",
        "System.Threading.Thread.Sleep", "System.Threading.Thread.Join", "System.Threading.SpinWait.SpinUntil",
        "System.Threading.WaitHandle.WaitOne", "System.Threading.WaitHandle.WaitAll", "System.Threading.WaitHandle.WaitAny",
        "System.Threading.ManualResetEventSlim.Wait", "System.Threading.SemaphoreSlim.Wait", "System.Threading.CountdownEvent.Wait",
        "System.Threading.Barrier.SignalAndWait", "System.Collections.Concurrent.BlockingCollection.Take",
        "System.Diagnostics.Process.WaitForExit", "System.Console.ReadLine");

    private static readonly ImmutableHashSet<string> Names =
        Members.Select(member => member.Substring(member.LastIndexOf('.') + 1)).ToImmutableHashSet();

    // Of the loop's members that take code: those that take asynchronous code, too.
    private static readonly ImmutableHashSet<string> TaskTakers = ImmutableHashSet.Create(
        "AddHandler", "CallAt", "CallLater", "AddTimeout", "AddCallback", "TryAddCallback", "AddCallbackFromSignal", "SpawnCallback",
        "InvokeAsync", "AddWaitHandler");

    public static bool IsTask(ITypeSymbol? type) => type.IsNamed(Tasks, "Task") || type.IsNamed(Tasks, "ValueTask");

    public static bool Blocks(IInvocationOperation call) =>
        Names.Contains(call.TargetMethod.Name) &&
        Members.Contains(call.TargetMethod.ContainingType.ContainingNamespace.ToDisplayString() + "." + call.TargetMethod.ContainingType.Name + "." + call.TargetMethod.Name);

    /// <summary>The task of <c>task.GetAwaiter().GetResult()</c>, with or without <c>ConfigureAwait</c>.</summary>
    public static IOperation? AwaitedTask(IInvocationOperation getResult)
    {
        if (getResult.Instance?.Unwrapped() is not IInvocationOperation { TargetMethod.Name: "GetAwaiter", Instance: { } awaitable })
        {
            return null;
        }

        if (awaitable.Unwrapped() is IInvocationOperation { TargetMethod.Name: "ConfigureAwait", Instance: { } configured })
        {
            awaitable = configured;
        }

        return IsTask(awaitable.Type) ? awaitable : null;
    }

    /// <summary>A timeout of zero asks and does not wait.</summary>
    public static bool WaitsNot(IInvocationOperation call) => call.Arguments.Any(argument =>
        argument.Parameter?.Name is "millisecondsTimeout" or "timeout" or "milliseconds" &&
        (argument.Value.Unwrapped().ConstantValue is { HasValue: true, Value: 0 } ||
         argument.Value.Unwrapped() is IFieldReferenceOperation { Field.Name: "Zero" } zero && zero.Type.IsNamed("System", "TimeSpan")));

    /// <summary>Whether <c>await</c> does the same: not for waits with a timeout.</summary>
    public static bool CanAwait(IOperation operation) => operation switch
    {
        IPropertyReferenceOperation => true,
        IInvocationOperation { TargetMethod.Name: "GetResult" } => true,
        IInvocationOperation { TargetMethod.Name: "Wait", Arguments.Length: 0 } wait => IsTask(wait.TargetMethod.ContainingType),
        IInvocationOperation { TargetMethod.Name: "Sleep" } sleep => sleep.TargetMethod.ContainingType.IsNamed(Threading, "Thread"),
        _ => false,
    };

    /// <summary>Whether there is an overload for a function that returns a task.</summary>
    public static bool TakesTasks(IArgumentOperation argument) =>
        argument.Parent is IObjectCreationOperation || argument.Parent is IInvocationOperation call && TaskTakers.Contains(call.TargetMethod.Name);

    /// <summary>Whether the function is asynchronous, or is a lambda without a result that may become so.</summary>
    public static bool CanBeAsynchronous(IOperation function, IInvocationOperation? callOfLoop) =>
        function switch
        {
            IAnonymousFunctionOperation lambda => lambda.Symbol.IsAsync ||
                callOfLoop is not null && lambda.Symbol.ReturnsVoid && TaskTakers.Contains(callOfLoop.TargetMethod.Name) && lambda.Syntax is LambdaExpressionSyntax,
            ILocalFunctionOperation local => local.Symbol.IsAsync,
            _ => function.SemanticModel?.GetDeclaredSymbol(function.Syntax) is IMethodSymbol { IsAsync: true },
        };
}
