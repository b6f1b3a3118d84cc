using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

public sealed class PipeWakerTests
{
    private const int MoreThanAPipeHolds = 70_000;

    [Fact]
    public void A_wake_that_finds_the_pipe_full_has_done_its_work()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such pipes");
        using var waker = new PipeWaker();
        using var poller = new EpollPoller(new EventFdWaker());
        var ready = new ReadyEvent[1];
        poller.Register(waker.Descriptor, 1, IOEvents.Read).ShouldBe(0);
        for (int i = 0; i < MoreThanAPipeHolds; i++)
            waker.Wake();
        poller.Wait(ready, 0).ShouldBe(1);
        waker.Drain();
        poller.Wait(ready, 0).ShouldBe(0);
        waker.Wake();
        poller.Wait(ready, 0).ShouldBe(1);
    }
}
