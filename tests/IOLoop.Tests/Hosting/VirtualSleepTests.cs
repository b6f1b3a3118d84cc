using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>A loop on virtual time goes to sleep while other threads add something.</summary>
public sealed class VirtualSleepTests : HostingHarness
{
    // Modelled in tests/models/virtual.pml: TRUSTS_ANOTHER_S_TURN.
    [Fact]
    public void A_callback_of_another_thread_runs_though_a_timeout_falls_due_while_the_loop_goes_to_sleep()
    {
        var host = new SteppedTimeHost();
        var loop = NewLoop(host);
        int added = 0;
        int ran = 0;
        bool isDue = false;
        // Other threads add callbacks until the host has dropped what one of them has posted: then the loop was asleep already.
        void AddElsewhere()
        {
            if (host.Dropped > 0)
                return;
            added++;
            var other = new Thread(() => loop.AddCallback(() => ran++));
            other.Start();
            other.Join(Patience).ShouldBeTrue();
        }
        loop.Attach();
        host.Advance(TimeSpan.FromMilliseconds(5));
        loop.AddCallback(() =>
        {
            loop.CallAt(loop.Time, () => isDue = true); // not in this turn
            host.OnNow = AddElsewhere;
        });
        host.Advance(TimeSpan.FromMilliseconds(5));
        host.OnNow = null;
        host.Advance(TimeSpan.FromMilliseconds(5));
        host.Dropped.ShouldBe(1);
        isDue.ShouldBeTrue();
        ran.ShouldBe(added);
        loop.Stop();
        host.Advance(TimeSpan.FromMilliseconds(5));
    }
}
