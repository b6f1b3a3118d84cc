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
        try
        {
            using var port = CompletionPort.Open();
            return IsSignalledByPacketsAlone(port) && CallsBackOncePerPacket(port);
        }
        catch (IOException)
        {
            return false; // the shared port needs less, and says what is missing if it cannot be had either
        }
    }

    /// <summary>A handle that is always signalled would have a loop that sleeps look again and again.</summary>
    private static bool IsSignalledByPacketsAlone(SafeKernelHandle port)
    {
        if (Kernel32.WaitForSingleObject(port.Value, 0) != Kernel32.TimedOut)
            return false;
        CompletionPort.Post(port, 1);
        return Kernel32.WaitForSingleObject(port.Value, 0) == Kernel32.Signalled
            && TryTake(port, 1) && Kernel32.WaitForSingleObject(port.Value, 0) == Kernel32.TimedOut;
    }

    private static bool CallsBackOncePerPacket(SafeKernelHandle port)
    {
        var called = new SemaphoreSlim(0); // not disposed of: a call may come late
        using var wait = new PoolWait(port, () => called.Release());
        // Twice: posted while it is waited for, and before that.
        wait.Set();
        CompletionPort.Post(port, 2);
        if (!called.Wait(Patience) || !TryTake(port, 2))
            return false;
        CompletionPort.Post(port, 3);
        wait.Set();
        return called.Wait(Patience) && TryTake(port, 3) && !called.Wait(0);
    }

    private static bool TryTake(SafeKernelHandle port, nuint key)
    {
        CompletionEntry packet;
        return CompletionPort.Take(port, &packet, 1, 0) == 1 && packet.Key == key;
    }
}
