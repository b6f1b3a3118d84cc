using Shouldly;
using Xunit;

namespace IOLoops.Samples.Tests;

public class LatencyProbeTests
{
    [Fact]
    public void A_probe_that_is_given_up_writes_no_more()
    {
        using var loop = new PollIOLoop();
        var probe = new LatencyProbe(loop);
        probe.Start();
        probe.IsWriting.ShouldBeTrue();

        probe.Dispose();

        probe.IsWriting.ShouldBeFalse();
    }
}
