using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>
/// Whether the handle of a completion port can be waited for, found by trying once. Nothing documents that of Windows; the thread pool
/// must be called back when a packet is posted, and the packet must be there then.
/// </summary>
[SupportedOSPlatform("windows")]
internal static unsafe class PortWaits
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Whether one wait per hosted loop serves; else they share a port, and the thread that takes its packets.</summary>
    internal static bool Work { get; } = Probe();

    private static bool Probe()
    {
        using var port = CompletionPort.Open();
        using var signalled = new SemaphoreSlim(0);
        using var wait = new PoolWait(port, () => signalled.Release());
        CompletionEntry packet;
        // Twice: posted while it is waited for, and before that.
        wait.Set();
        if (signalled.Wait(0))
            return false; // although the port is empty
        CompletionPort.Post(port, 1);
        if (!signalled.Wait(Patience) || CompletionPort.Take(port, &packet, 1, 0) != 1 || packet.Key != 1)
            return false;
        CompletionPort.Post(port, 2);
        wait.Set();
        return signalled.Wait(Patience) && CompletionPort.Take(port, &packet, 1, 0) == 1 && packet.Key == 2;
    }
}
