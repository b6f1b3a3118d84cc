using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

/// <summary>What the thread of a shared port puts in for a loop. Needs no port.</summary>
public sealed class PortInboxTests
{
    private const int Deliveries = 50;

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_turn_gets_everything_that_came_before_its_marker_in_however_many_deliveries()
    {
        var inbox = new PortInbox();
        inbox.ExpectMarker();
        nint[] polls = new nint[2 * Deliveries];
        int taken = 0;
        var turn = new Thread(() =>
        {
            inbox.AwaitMarker(Long);
            taken = inbox.Take(polls, out _);
        })
        { IsBackground = true };
        turn.Start();
        SpinWait.SpinUntil(() => (turn.ThreadState & ThreadState.WaitSleepJoin) != 0, Long).ShouldBeTrue();
        for (int poll = 1; poll <= Deliveries; poll++)
        {
            Deliver(inbox, poll);
            Thread.Sleep(1); // a turn that takes this for its marker ends here
        }
        Deliver(inbox, PortInbox.Marker);
        turn.Join(Long).ShouldBeTrue();
        taken.ShouldBe(Deliveries);
    }

    [Fact]
    public void A_turn_whose_marker_does_not_come_waits_for_a_bounded_time()
    {
        var inbox = new PortInbox();
        inbox.ExpectMarker();
        inbox.AwaitMarker(TimeSpan.FromMilliseconds(1));
        inbox.Add(7);
        inbox.Take(new nint[4], out bool woken).ShouldBe(1);
        woken.ShouldBeFalse();
    }

    [Fact]
    public void A_marker_that_comes_late_is_not_taken_for_the_next_one()
    {
        var inbox = new PortInbox();
        inbox.ExpectMarker();
        inbox.AwaitMarker(TimeSpan.FromMilliseconds(1)); // there is none
        inbox.ExpectMarker();
        var turn = new Thread(() => inbox.AwaitMarker(Long)) { IsBackground = true };
        turn.Start();
        Deliver(inbox, PortInbox.Marker);
        turn.Join(TimeSpan.FromMilliseconds(50)).ShouldBeFalse("this is the first one");
        Deliver(inbox, PortInbox.Marker);
        turn.Join(Long).ShouldBeTrue();
    }

    [Fact]
    public void A_loop_that_sleeps_is_not_woken_by_the_marker_of_its_last_turn()
    {
        var inbox = new PortInbox();
        int wakes = 0;
        inbox.TrySleep(() => wakes++).ShouldBeTrue();
        Deliver(inbox, PortInbox.Marker);
        wakes.ShouldBe(0, "the turn would post another marker, and so on");
        Deliver(inbox, 7);
        wakes.ShouldBe(1);
        Deliver(inbox, 8);
        wakes.ShouldBe(1);
        inbox.TrySleep(() => wakes++).ShouldBeFalse("two polls have come");
    }

    private static void Deliver(PortInbox inbox, nint poll)
    {
        inbox.Add(poll);
        inbox.Ring();
    }
}
