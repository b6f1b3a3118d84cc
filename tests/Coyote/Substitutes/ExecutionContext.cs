namespace IOLoops;

/// <summary>
/// Instead of <see cref="System.Threading.ExecutionContext"/>: Coyote does not intercept that, and keeps what it knows of a thread in it. There
/// is one context, and nothing flows.
/// </summary>
internal sealed class ExecutionContext
{
    private static readonly ExecutionContext Only = new();

    internal static ExecutionContext? Capture() => Only;

    internal static void Restore(ExecutionContext context) => ArgumentNullException.ThrowIfNull(context);

    internal static void Run(ExecutionContext context, ContextCallback callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(context);
        callback(state);
    }

    internal static bool IsFlowSuppressed() => false;

    internal static AsyncFlowControl? SuppressFlow() => null;

    internal static void RestoreFlow()
    {
    }
}
