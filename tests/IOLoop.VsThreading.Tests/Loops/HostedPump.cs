using IOLoops.Conformance;

namespace IOLoops.VsThreading.Tests.Loops;

/// <summary>A loop in the SynchronizationContext of a main thread, running until this is disposed.</summary>
internal sealed class HostedPump : IDisposable
{
    private readonly MainThread _main = new();

    internal HostedPump() => Loop = SynchronizationContextIOLoop.Attach(_main.SynchronizationContext);

    internal SynchronizationContextIOLoop Loop { get; }

    public void Dispose()
    {
        Loop.Stop();
        Bounded.Until(() => !Loop.IsRunning, "the loop has stopped");
        Loop.Close();
        _main.Dispose();
    }
}
