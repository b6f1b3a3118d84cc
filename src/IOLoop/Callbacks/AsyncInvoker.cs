namespace IOLoops.Callbacks;

/// <summary>Calls a <see cref="Func{Task}"/>.</summary>
internal sealed class AsyncInvoker : WorkInvoker
{
    internal static readonly AsyncInvoker Instance = new();

    internal override Task? Invoke(Delegate callback, object? state) => ((Func<Task>)callback)();
}
