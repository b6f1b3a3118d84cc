using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>Tasks whose result may be taken, because they have ended, or the code has asked whether they have.</summary>
internal static class CompletedTasks
{
    public static bool IsKnown(IOperation task, IOperation function, IInvocationOperation? callOfLoop)
    {
        switch (task.Unwrapped())
        {
            // AddFuture's own, and what a caller passes on: seldom one that still runs.
            case IParameterReferenceOperation:
                return true;
            case IPropertyReferenceOperation { Property.Name: "CompletedTask" }:
                return true;
            case IInvocationOperation { TargetMethod: { IsStatic: true, Name: "FromResult" or "FromException" or "FromCanceled" } }:
                return true;
        }

        if (task.Named() is not { } name)
        {
            return task.Unwrapped() is not (IInvocationOperation or IObjectCreationOperation or IPropertyReferenceOperation or IFieldReferenceOperation);
        }

        return callOfLoop is not null && callOfLoop.Arguments.Any(argument => name.Is(argument.Value.Named())) ||
            Body(function).Descendants().Any(operation => Settles(operation, name));
    }

    private static IOperation Body(IOperation function) => function is IAnonymousFunctionOperation lambda ? lambda.Body : function;

    private static bool Settles(IOperation operation, ISymbol task) => operation switch
    {
        IAwaitOperation awaited => task.Is(Awaited(awaited).Named()),
        IPropertyReferenceOperation { Property.Name: "IsCompleted" or "IsCompletedSuccessfully" or "IsFaulted" or "IsCanceled" or "Status" } asked => task.Is(asked.Instance.Named()),
        IInvocationOperation { TargetMethod: { IsStatic: true, Name: "WhenAll" or "WhenAny" } } all => all.Descendants().Any(part => task.Is(part.Named())),
        _ => false,
    };

    private static IOperation Awaited(IAwaitOperation awaited) =>
        awaited.Operation.Unwrapped() is IInvocationOperation { TargetMethod.Name: "ConfigureAwait", Instance: { } task } ? task : awaited.Operation;
}
