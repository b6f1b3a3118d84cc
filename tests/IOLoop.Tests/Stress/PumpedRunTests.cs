using IOLoops.Tests.Hosting;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Stress;

/// <summary>What many runs leave behind. By itself: the whole process is looked at.</summary>
[Collection(nameof(Alone))]
public sealed class PumpedRunTests : HostingHarness
{
    private const int Runs = 300;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Runs_that_are_waited_for_leave_nothing_to_the_finalizer(bool isPumped)
    {
        var loop = NewLoop(NewHost(isPumpable: isPumped));
        for (int i = 0; i < 10; i++)
            loop.RunSync(() => { }); // what is made once
        Collect();
        for (int i = 0; i < Runs; i++)
            loop.RunSync(() => { });
        GC.Collect();
        // Handles that were not disposed of: three per run, once.
        GC.GetGCMemoryInfo(GCKind.FullBlocking).FinalizationPendingCount.ShouldBeLessThan(Runs / 3);
    }

    [Fact]
    public void Runs_that_time_out_leave_nothing_to_the_finalizer()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var never = new TaskCompletionSource();
        loop.RunSync(() => { });
        Collect();
        for (int i = 0; i < 30; i++)
            Should.Throw<TimeoutException>(() => loop.RunSync(() => never.Task, TimeSpan.FromMilliseconds(1)));
        GC.Collect();
        GC.GetGCMemoryInfo(GCKind.FullBlocking).FinalizationPendingCount.ShouldBeLessThan(30);
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}
