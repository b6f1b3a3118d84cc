using IOLoops.Callbacks;
using IOLoops.Polling;
using Microsoft.Coyote.Specifications;

namespace IOLoops.Coyote;

/// <summary>The sleeper that loops share: nothing that becomes ready is lost, and its thread ends with its last member.</summary>
[EveryField]
public static class SleeperTests
{
    public static void Loops_join_and_leave_a_sleeper_that_they_share()
    {
        int one = Descriptors.Open();
        int other = Descriptors.Open();
        Threads.Run(
            () =>
            {
                Serve(one, 1);
                Serve(one, 1);
            },
            () => Serve(other, 1),
            () =>
            {
                Descriptors.Send(one);
                Descriptors.Send(other);
                Descriptors.Send(one);
            });
        Threads.Settle(); // the sleeper's thread, too
        Specification.Assert(SharedSleeper.CurrentSet is null, "a sleeper is left");
    }

    /// <summary>A loop that keeps its place in the sleeper while it is woken again and again.</summary>
    public static void A_loop_that_arms_again_is_woken_again()
    {
        int descriptor = Descriptors.Open();
        Threads.Run(
            () => Serve(descriptor, 3),
            () =>
            {
                for (int i = 0; i < 3; i++)
                    Descriptors.Send(descriptor);
            });
        Threads.Settle();
    }

    /// <summary>What a hosted loop does: says that it sleeps, arms the sleeper, and is woken once.</summary>
    private static void Serve(int descriptor, int count)
    {
        var queue = new CallbackQueue();
        var bell = new Doorbell();
        var sleeper = new NestedSleeper(new TestNestable(descriptor), () =>
        {
            if (queue.NeedsWake())
                bell.Ring();
        });
        queue.WakeUp();
        while (true)
        {
            if (Descriptors.TryReceive(descriptor) && --count == 0)
                break;
            if (!queue.TrySleep())
                continue;
            sleeper.Arm();
            bell.Sleep();
            queue.WakeUp();
        }
        sleeper.Leave();
    }
}
