using IOLoops.Conformance;
using IOLoops.Polling;
using IOLoops.Tests.Stress;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

/// <summary>What a place in the shared sleeper does when the kernel refuses a descriptor.</summary>
[Collection(nameof(Alone))]
public sealed class NestedSleeperTests
{
    [Fact]
    public void A_sleeper_that_could_not_be_armed_tries_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the set of an epoll is nested");
        var poller = new RefusedPoller();
        var sleeper = new NestedSleeper(poller, static () => { });
        Should.Throw<IOException>(sleeper.Arm);
        Should.Throw<IOException>(sleeper.Arm, "it must not take itself for armed");
        using var file = new EventFd();
        poller.SetDescriptor = file.Number;
        sleeper.Arm();
        sleeper.Leave();
    }

    private sealed class RefusedPoller : INestablePoller
    {
        public int SetDescriptor { get; internal set; } = Descriptors.Unused();

        public int SetVersion => 0;

        public IOneShotSet CreateOneShotSet() => new EpollOneShotSet();
    }
}
