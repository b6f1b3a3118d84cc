namespace IOLoops.Callbacks;

/// <summary>Calls an <see cref="Action"/> that has a context; one without needs no invoker.</summary>
internal class ActionInvoker : WorkInvoker
{
    internal static readonly ActionInvoker Instance = new();

    internal sealed override Task? Invoke(Delegate callback, object? state)
    {
        ((Action)callback)();
        return null;
    }
}
