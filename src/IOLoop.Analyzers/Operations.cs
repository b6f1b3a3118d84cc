using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>Questions about the tree of operations.</summary>
internal static class Operations
{
    /// <summary>The lambda or local function that the operation stands in; the whole body where there is none.</summary>
    public static IOperation EnclosingFunction(this IOperation operation)
    {
        var current = operation;
        while (current.Parent is { } parent)
        {
            current = parent;
            if (current is IAnonymousFunctionOperation or ILocalFunctionOperation)
            {
                break;
            }
        }

        return current;
    }

    /// <summary>The method of that function; of a body, the method that the body is of.</summary>
    public static IMethodSymbol? MethodOf(IOperation function, ISymbol containing) => function switch
    {
        IAnonymousFunctionOperation lambda => lambda.Symbol,
        ILocalFunctionOperation local => local.Symbol,
        _ => containing as IMethodSymbol,
    };

    /// <summary>The argument that the delegate of a lambda or method group is, where it is one.</summary>
    public static IArgumentOperation? AsArgument(this IOperation function)
    {
        var current = function.Parent;
        while (current is IDelegateCreationOperation or IConversionOperation or IParenthesizedOperation)
        {
            current = current.Parent;
        }

        return current as IArgumentOperation;
    }

    /// <summary>Without conversions, implicit or written.</summary>
    public static IOperation Unwrapped(this IOperation operation)
    {
        while (true)
        {
            switch (operation)
            {
                case IConversionOperation { OperatorMethod: null } conversion:
                    operation = conversion.Operand;
                    break;
                case IParenthesizedOperation parenthesized:
                    operation = parenthesized.Operand;
                    break;
                default:
                    return operation;
            }
        }
    }

    /// <summary>What a variable, a parameter, a field or a property is, so that two mentions can be compared.</summary>
    public static ISymbol? Named(this IOperation? operation) => operation?.Unwrapped() switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IFieldReferenceOperation { Instance: null or IInstanceReferenceOperation } field => field.Field,
        IPropertyReferenceOperation { Instance: null or IInstanceReferenceOperation } property => property.Property,
        _ => null,
    };

    /// <summary>Whether both name the same thing.</summary>
    public static bool Is(this ISymbol? one, ISymbol? other) => one is not null && SymbolEqualityComparer.Default.Equals(one, other);

    /// <summary>The statement of a block that the operation stands in.</summary>
    public static IOperation? Statement(this IOperation operation)
    {
        var current = operation;
        while (current is not null && current.Parent is not IBlockOperation)
        {
            current = current.Parent;
        }

        return current;
    }

    /// <summary>Whether the receiver's full name is this one.</summary>
    public static bool IsNamed(this ITypeSymbol? type, string @namespace, string name) =>
        type is not null && type.Name == name && type.ContainingNamespace?.ToDisplayString() == @namespace;
}
