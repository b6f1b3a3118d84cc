namespace IOLoops.Callbacks;

/// <summary>Calls a <see cref="Func{TState, Task}"/>. A value is boxed: the task is allocated anyway.</summary>
internal sealed class AsyncStateInvoker<TState> : WorkInvoker
{
    internal static readonly AsyncStateInvoker<TState> Instance = new();

    internal override Task? Invoke(Delegate callback, object? state) => ((Func<TState, Task>)callback)((TState)state!);
}
