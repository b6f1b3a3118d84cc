using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>A host that refuses to begin a run.</summary>
public sealed class RefusedRunTests : HostingHarness
{
    // Row: IHostLifetime
    [Fact]
    public void A_run_that_its_host_refuses_to_begin_has_not_begun()
    {
        var host = new UnwillingHost(NewHost()) { Refuses = true };
        var loop = NewLoop(host);
        for (int i = 0; i < 2; i++)
            Should.Throw<TestException>(loop.Attach);
        loop.IsRunning.ShouldBeFalse();
        host.Refuses = false;
        loop.Attach();
        InLoop(loop, () => { });
    }

    private sealed class UnwillingHost(StrictHost host) : IHostLifetime
    {
        internal bool Refuses { get; set; }

        public void Post(Action turn) => host.Post(turn);

        public void OnRunBeginning()
        {
            if (Refuses)
                throw new TestException();
        }

        public void OnRunEnded()
        {
        }
    }
}
