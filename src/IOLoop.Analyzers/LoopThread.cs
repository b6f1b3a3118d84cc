using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>Where an asynchronous function leaves the loop's thread.</summary>
internal static class LoopThread
{
    /// <summary>
    /// The last <c>await</c> before the operation that does not resume on the loop. With <paramref name="everywhere"/> on any path,
    /// else only where each path to the operation has passed it.
    /// </summary>
    public static IAwaitOperation? LeftBefore(IOperation operation, IOperation function, bool everywhere)
    {
        IAwaitOperation? left = null;
        foreach (var awaited in function.Descendants().OfType<IAwaitOperation>())
        {
            if (awaited.Syntax.Span.End > operation.Syntax.SpanStart || awaited.EnclosingFunction() != function)
            {
                continue;
            }

            if (Returns(awaited))
            {
                left = null;
            }
            else if (Leaves(awaited) && (everywhere || IsPassed(awaited, operation)))
            {
                left = awaited;
            }
        }

        return left;
    }

    private static bool Returns(IAwaitOperation awaited) => awaited.Operation.Unwrapped() is IInvocationOperation { TargetMethod.Name: "SwitchTo" or "InvokeAsync" };

    private static bool Leaves(IAwaitOperation awaited) =>
        awaited.Operation.Unwrapped() is IInvocationOperation { TargetMethod.Name: "ConfigureAwait", Arguments.Length: 1 } configured &&
        configured.Arguments[0].Value.Unwrapped().ConstantValue is { HasValue: true, Value: false or 0 };

    // It stands as a statement in one of the blocks that the operation is inside.
    private static bool IsPassed(IAwaitOperation awaited, IOperation operation)
    {
        if (awaited.Statement() is not { } statement || Depends(awaited, statement))
        {
            return false;
        }

        for (var current = operation.Parent; current is not null; current = current.Parent)
        {
            if (current == statement.Parent)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Depends(IOperation awaited, IOperation statement)
    {
        for (var current = awaited.Parent; current is not null && current != statement; current = current.Parent)
        {
            if (current is IConditionalOperation or ILoopOperation or ISwitchOperation or ITryOperation or ICoalesceOperation or IConditionalAccessOperation or IBinaryOperation)
            {
                return true;
            }
        }

        return statement is IConditionalOperation or ILoopOperation or ISwitchOperation or ITryOperation;
    }
}
