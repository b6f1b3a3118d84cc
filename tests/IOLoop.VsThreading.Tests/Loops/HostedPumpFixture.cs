using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading.Tests.Loops;

/// <summary>Over a main thread whose work is run by a loop in a SynchronizationContext.</summary>
public sealed class HostedPumpFixture() : MainThreadFixture("a SynchronizationContextIOLoop")
{
    public override long BytesPerTurn => 300;

    protected override (IDisposable Main, JoinableTaskContext Context) NewMain()
    {
        var main = new HostedPump();
        return (main, main.Loop.CreateJoinableTaskContext());
    }
}
