using System.Runtime.CompilerServices;

namespace IOLoops.Interop;

/// <summary>How hot methods are compiled.</summary>
internal static class Jit
{
    /// <summary>
    /// Optimised at the first call. A loop's methods are few, and run for as long as the process: tiering would leave the
    /// first hundred thousand calls to unoptimised code, and the body of <c>Start</c>, which is entered once, without end to
    /// what was known of it early (on-stack replacement).
    /// </summary>
    internal const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>
    /// For the body of a loop around short callbacks, which is a method of its own so that the loop itself need not be <see cref="Hot"/>. The
    /// body is optimised at its first call. The JIT compiles the loop again when it is hot, with the body inlined, and so is
    /// <see cref="ExecutionContext.Capture"/> then, which it never is in a method that is <see cref="Hot"/>: 1.7 ns instead of 8.
    /// </summary>
    internal const MethodImplOptions HotBody = MethodImplOptions.AggressiveOptimization | MethodImplOptions.AggressiveInlining;
}
