using System.Runtime.CompilerServices;

namespace IOLoops.Callbacks;

/// <summary>Calls an <see cref="Action{TState}"/> whose argument is a value, carried in a pooled box.</summary>
internal sealed class BoxedStateInvoker<TState> : WorkInvoker
{
    internal static readonly BoxedStateInvoker<TState> Instance = new();

    internal override Task? Invoke(Delegate callback, object? state)
    {
        Unsafe.As<Action<TState>>(callback)(Unsafe.As<StateBox<TState>>(state!).Return());
        return null;
    }

    internal override void Drop(Delegate callback, object? state) => Unsafe.As<StateBox<TState>>(state!).Return();
}
