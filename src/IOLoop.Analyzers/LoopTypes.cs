using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>The types of the library as a compilation sees them, and which of their parameters take code that a loop runs.</summary>
internal sealed class LoopTypes
{
    private static readonly ImmutableHashSet<string> CallbackMethods = ImmutableHashSet.Create(
        "AddHandler", "CallAt", "CallLater", "AddTimeout", "AddCallback", "TryAddCallback", "AddCallbackFromSignal", "SpawnCallback",
        "AddFuture", "InvokeAsync", "AddSignalHandler", "AddWaitHandler");

    private readonly INamedTypeSymbol _loop;
    private readonly INamedTypeSymbol? _native;
    private readonly INamedTypeSymbol? _hosted;
    private readonly INamedTypeSymbol? _periodic;

    private LoopTypes(Compilation compilation, INamedTypeSymbol loop)
    {
        _loop = loop;
        _native = compilation.GetTypeByMetadataName("IOLoops.PollIOLoop");
        _hosted = compilation.GetTypeByMetadataName("IOLoops.HostedIOLoop");
        _periodic = compilation.GetTypeByMetadataName("IOLoops.PeriodicCallback");
    }

    /// <summary>Null where the compilation does not refer to the library: then there is nothing to analyze.</summary>
    public static LoopTypes? Of(Compilation compilation) =>
        compilation.GetTypeByMetadataName("IOLoops.IOLoop") is { } loop ? new LoopTypes(compilation, loop) : null;

    /// <summary>Whether the type is a loop of any kind.</summary>
    public bool IsLoop(ITypeSymbol? type) => Derives(type, _loop);

    /// <summary>Whether the type is a loop with a thread of its own, which never nests.</summary>
    public bool IsNativeLoop(ITypeSymbol? type) => Derives(type, _native);

    /// <summary>Whether the type is a loop inside a host.</summary>
    public bool IsHostedLoop(ITypeSymbol? type) => Derives(type, _hosted);

    /// <summary>Whether the call is one of a loop's members.</summary>
    public bool IsCallOfLoop(IInvocationOperation call) => !call.TargetMethod.IsStatic && IsLoop(call.TargetMethod.ContainingType);

    /// <summary>Whether a loop runs the delegate that is passed here: a handler, a callback, a timeout.</summary>
    public bool RunsOnLoop(IArgumentOperation argument) =>
        argument.Parameter?.Type.TypeKind == TypeKind.Delegate && argument.Parent switch
        {
            IInvocationOperation call => CallbackMethods.Contains(call.TargetMethod.Name) && IsCallOfLoop(call),
            IObjectCreationOperation creation => SymbolEqualityComparer.Default.Equals(creation.Type, _periodic),
            _ => false,
        };

    private static bool Derives(ITypeSymbol? type, INamedTypeSymbol? from)
    {
        for (var current = type; from is not null && current is not null; current = current.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(current, from))
            {
                return true;
            }
        }

        return false;
    }
}
