using System.Runtime.CompilerServices;
using IOLoops.Interop;

namespace IOLoops.Callbacks;

/// <summary>Chooses how an <see cref="Action{TState}"/> and its argument travel without allocating.</summary>
internal static class StateInvoker
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (object? Argument, WorkInvoker Invoker) For<TState>(Action<TState> callback, TState state) =>
        typeof(TState).IsValueType
            ? (StateBox<TState>.Rent(state), BoxedStateInvoker<TState>.Instance)
            : (state, StateInvoker<TState>.Instance);

    /// <summary>The same without the pool, which takes a lock: a value is boxed each time.</summary>
    internal static (object? Argument, WorkInvoker Invoker) ForSignal<TState>(TState state) =>
        typeof(TState).IsValueType
            ? (StateBox<TState>.Make(state), BoxedStateInvoker<TState>.Instance)
            : (state, StateInvoker<TState>.Instance);
}

/// <summary>Calls an <see cref="Action{TState}"/> whose argument is a reference.</summary>
internal sealed class StateInvoker<TState> : WorkInvoker
{
    internal static readonly StateInvoker<TState> Instance = new();

    // The pair was typed where it was made (For<TState>), so the casts need no check.
    [MethodImpl(Jit.Hot)]
    internal override Task? Invoke(Delegate callback, object? state)
    {
        Unsafe.As<Action<TState>>(callback)(Unsafe.As<object?, TState>(ref state));
        return null;
    }
}
