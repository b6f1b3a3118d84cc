namespace IOLoops.Diagnostics;

/// <summary>Finds out the full managed stack of a blocked loop's thread.</summary>
public static class LoopStackCapture
{
    /// <summary>
    /// From now on <see cref="BlockedLoop.CaptureStack"/> and <see cref="IOLoop.LogStack"/>, of all loops of the process, have
    /// the full managed stack of the thread that is blocked. Any thread.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The process samples itself for some milliseconds over the runtime's diagnostics port: a capture takes about 0.2 s, the
    /// first one 0.5 s, while the thread that asks for it waits, and all managed threads are stopped for moments of it. One is
    /// made at a time, and one that the runtime does not serve within 30 s is given up. It needs the system's folder for
    /// temporary files, where it leaves nothing; a process that ends during a capture leaves a folder <c>ioloop-stack-…</c>.
    /// </para>
    /// <para>
    /// Where the runtime has no such port (<c>DOTNET_EnableDiagnostics=0</c>, programs compiled ahead of time) that is logged
    /// with each stall, and callbacks are named without a stack.
    /// </para>
    /// </remarks>
    /// <returns>Disposing it undoes the installation.</returns>
    /// <example>
    /// <code>
    /// LoopStackCapture.Install(); // once per process, for all loops
    /// </code>
    /// </example>
    public static IDisposable Install() => BlockedLoop.InstallStackCapture(StackSampler.Capture);
}
