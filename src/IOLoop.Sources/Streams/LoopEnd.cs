using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

namespace IOLoops.Sources.Streams;

/// <summary>
/// That a loop is closed, as a token, for operations that end by themselves. It is learned by waiting on the loop for an event that never
/// happens: closing ends that wait.
/// </summary>
[SupportedOSPlatform("windows")]
#pragma warning disable CA1001 // _closed has no timer and no wait handle: there is nothing to dispose of
internal sealed class LoopEnd
#pragma warning restore CA1001
{
    private static readonly ConditionalWeakTable<IOLoop, LoopEnd> Ends = [];
    private static readonly ManualResetEvent Never = new(false);

    private readonly CancellationTokenSource _closed = new();

    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    private LoopEnd(IOLoop loop) => _ = WatchAsync(loop.WaitHandleAsync(Never.SafeWaitHandle), _closed);

    /// <summary>Cancelled when the loop is closed.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    internal static CancellationToken Of(IOLoop loop) => Ends.GetValue(loop, static loop => new LoopEnd(loop))._closed.Token;

    private static async Task WatchAsync(ValueTask never, CancellationTokenSource closed)
    {
        try
        {
            await never.ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            await closed.CancelAsync().ConfigureAwait(false);
        }
    }
}
