using IOLoops;

namespace LoopBench;

internal static class LoopExtensions
{
    /// <summary>Runs something on the loop's thread and waits for its end.</summary>
    internal static void RunThere(this IOLoop loop, Action action) => loop.InvokeAsync(action).GetAwaiter().GetResult();
}
