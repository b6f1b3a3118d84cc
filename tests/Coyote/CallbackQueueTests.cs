using IOLoops.Callbacks;
using Microsoft.Coyote.Specifications;

namespace IOLoops.Coyote;

/// <summary>The queue of callbacks, under a loop that sleeps on a doorbell.</summary>
[EveryField]
public static class CallbackQueueTests
{
    public static void Posts_reach_a_loop_that_falls_asleep()
    {
        var loop = new QueueLoop();
        Threads.Run(
            () => loop.RunUntil(3),
            () => loop.Post(10, 11),
            () => loop.Post(20));
        loop.VerifyOrder(10, 11);
        loop.VerifyOrder(20);
    }

    public static void Signals_reach_a_loop_that_falls_asleep()
    {
        var loop = new QueueLoop(withSignals: true);
        Threads.Run(
            () => loop.RunUntil(3),
            () => loop.Signal(10, 11),
            () => loop.Signal(20));
        loop.VerifyOrder(10, 11);
        loop.VerifyOrder(20);
    }

    public static void A_flag_reaches_a_loop_that_falls_asleep()
    {
        var loop = new QueueLoop();
        int flag = 0;
        Threads.Run(
            () => loop.SleepUntil(() => Volatile.Read(ref flag) == 1),
            () =>
            {
                Interlocked.Exchange(ref flag, 1);
                loop.WakeIfAsleep();
            },
            () => loop.Post(10));
    }

    /// <summary>Of those that hold the lock, and of those that do not. One of each may do so for the same sleep: a needless wake, which harms nothing.</summary>
    public static void One_caller_of_each_kind_wakes_a_loop_that_sleeps()
    {
        var queue = QueueLoop.WithSignals();
        Specification.Assert(queue.TrySleep(), "an empty queue does not fall asleep");
        int posts = 0;
        int others = 0;
        void Post()
        {
            queue.TryAddPlain((Action)(() => { }), out bool wake);
            Interlocked.Add(ref posts, wake ? 1 : 0);
        }
        void Signal()
        {
            queue.TryAddFromSignal(QueueLoop.Item(() => { }), out bool wake);
            Interlocked.Add(ref others, wake ? 1 : 0);
        }
        Threads.Run(
            Post,
            Post,
            Signal,
            () => Interlocked.Add(ref others, queue.NeedsWake() ? 1 : 0));
        Specification.Assert(posts <= 1 && others <= 1 && posts + others > 0, "{0} posts and {1} others wake the loop", posts, others);
    }

    /// <summary>The loop's thread learns of a post, and then adds a callback: that one runs later.</summary>
    public static void What_the_loop_adds_stays_behind_what_it_knows_of()
    {
        var loop = new QueueLoop();
        int posted = 0;
        Threads.Run(
            () =>
            {
                loop.Queue.WakeUp();
                bool knows = Volatile.Read(ref posted) == 1;
                loop.AddLocal(20);
                loop.RunUntil(2);
                if (knows)
                    loop.VerifyOrder(10, 20);
            },
            () =>
            {
                loop.Post(10);
                Volatile.Write(ref posted, 1);
            });
        loop.VerifyOrder(10);
        loop.VerifyOrder(20);
    }

    public static void Close_takes_out_each_post_that_was_accepted() => Close(
        static queue => queue.TryAddPlain(() => { }, out _));

    public static void Close_takes_out_each_signal_that_was_accepted() => Close(
        static queue => queue.TryAddFromSignal(QueueLoop.Item(() => { }), out _));

    private static void Close(Func<CallbackQueue, bool> add)
    {
        var queue = QueueLoop.WithSignals();
        int accepted = 0;
        int dropped = 0;
        void Add() => Interlocked.Add(ref accepted, add(queue) ? 1 : 0);
        Threads.Run(
            () =>
            {
                Add();
                Add();
            },
            Add,
            () => dropped = queue.Close().Count);
        Specification.Assert(accepted == dropped, "{0} were accepted, and {1} taken out", accepted, dropped);
        Specification.Assert(!add(queue), "a closed queue accepts");
    }
}
