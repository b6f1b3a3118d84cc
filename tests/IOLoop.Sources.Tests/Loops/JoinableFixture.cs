using IOLoops.Conformance;
using IOLoops.VsThreading;

namespace IOLoops.Sources.Tests.Loops;

/// <summary>Loops on the main thread of a JoinableTaskContext.</summary>
public class JoinableFixture : MainThreadFixture
{
    public override string Name => "JTF";

    public override bool IsPumpable => true;

    public override IOLoop Create(IOLoopOptions? options = null) =>
        new JoinableTaskIOLoop(NewMain().JoinableTaskContext.Factory, HostedOptions.From(options));
}
