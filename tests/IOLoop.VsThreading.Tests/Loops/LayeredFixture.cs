using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading.Tests.Loops;

/// <summary>Over the context of a native loop.</summary>
public sealed class LayeredFixture() : MainThreadFixture("a PollIOLoop's JoinableTaskContext")
{
    public override long BytesPerTurn => 300;

    protected override (IDisposable Main, JoinableTaskContext Context) NewMain()
    {
        var main = new LoopThread();
        return (main, main.Loop.CreateJoinableTaskContext());
    }
}
