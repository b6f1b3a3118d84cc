using System.Runtime.CompilerServices;

namespace IOLoops.Ownership;

/// <summary>The <see cref="ExecutionContext"/> that holds nothing, for callbacks that captured none.</summary>
internal static class DefaultContext
{
    /// <summary>There is no public name for it: a thread that was started without flow has it.</summary>
    internal static ExecutionContext Instance { get; } = Find();

    /// <summary>The caller's context; null when it is the default one or its flow is suppressed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ExecutionContext? Capture()
    {
        var captured = ExecutionContext.Capture();
        return captured == Instance ? null : captured;
    }

    private static ExecutionContext Find()
    {
        ExecutionContext? found = null;
        var thread = new Thread(() => found = ExecutionContext.Capture()) { IsBackground = true, Name = "IOLoop: default context" };
        thread.UnsafeStart();
        thread.Join();
        return found!;
    }
}
