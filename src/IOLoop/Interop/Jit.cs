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
    /// <remarks>
    /// A method that looks at the thread's contexts after each call pays some 6 ns for being hot (see <see cref="HotBody"/>). Where the
    /// calls are handlers, which make system calls, that does not matter.
    /// </remarks>
    internal const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>
    /// For what a loop around short callbacks calls each time. It is optimised at its first call. The loop itself is not <see cref="Hot"/>:
    /// the JIT compiles it again when it is often run, and inlines this into it. Then it also inlines
    /// <see cref="ExecutionContext.Capture"/>, which it never does in a method that is hot: 1.7 ns instead of 8.
    /// </summary>
    internal const MethodImplOptions HotBody = MethodImplOptions.AggressiveOptimization | MethodImplOptions.AggressiveInlining;
}
