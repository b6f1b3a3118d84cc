using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading.Tests.Loops;

/// <summary>Over a SingleThreadedSynchronizationContext, which a thread pumps.</summary>
public sealed class PumpFixture() : MainThreadFixture("a SingleThreadedSynchronizationContext")
{
    public override long BytesPerTurn => 300;

    protected override (IDisposable Main, JoinableTaskContext Context) NewMain()
    {
        var main = new MainThread();
        return (main, main.Context);
    }
}
