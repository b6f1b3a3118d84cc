using System.Reactive.Linq;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class ObservableTests
{
    private const int Rounds = 2_000;

    [Fact]
    public void After_unsubscribing_on_another_thread_and_RemoveHandlerAsync_no_notification_begins()
    {
        var counter = NewEventFd(signalled: true);
        int lateNotifications = 0;
        int total = 0;
        OnOtherThreads("subscriptions that another thread ends", 1, (_, round) =>
        {
            bool isOver = false;
            int seen = 0;
            var subscription = Loop.ObserveEvents(counter.Number, IOEvents.Read).Subscribe(_ =>
            {
                if (Volatile.Read(ref isOver))
                    Interlocked.Increment(ref lateNotifications);
                Interlocked.Increment(ref seen);
            });
            Linger(round);
            subscription.Dispose();
            Within(Loop.RemoveHandlerAsync(counter.Number).AsTask()).GetAwaiter().GetResult();
            Volatile.Write(ref isOver, true);
            total += Volatile.Read(ref seen);
        });
        lateNotifications.ShouldBe(0);
        total.ShouldBeGreaterThan(0);
        InLoop(() => IsFree(counter.Number).ShouldBeTrue());
    }

    [Fact]
    public void Unsubscribing_while_the_end_is_notified_ends_once_and_leaves_no_handler()
    {
        int ends = 0;
        int failures = 0;
        OnOtherThreads("ends that another thread runs into", 1, (_, round) =>
        {
            using var pipe = new Pipe();
            pipe.Send();
            pipe.CloseWrite();
            int endsOfThis = 0;
            var subscription = Loop.ObserveReads(pipe.ReadEnd).Subscribe(
                _ => { }, _ => Interlocked.Increment(ref failures), () => Interlocked.Increment(ref endsOfThis));
            Linger(round);
            subscription.Dispose();
            Within(Loop.RemoveHandlerAsync(pipe.ReadEnd).AsTask()).GetAwaiter().GetResult();
            // The number is used again for an observable that must keep its handler.
            Within(Loop.InvokeAsync(() => IsFree(pipe.ReadEnd).ShouldBeTrue())).GetAwaiter().GetResult();
            endsOfThis.ShouldBeInRange(0, 1);
            ends += endsOfThis;
        });
        failures.ShouldBe(0);
        ends.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Many_threads_may_subscribe_and_unsubscribe_at_once()
    {
        const int Threads = 4;
        var counters = Enumerable.Range(0, Threads).Select(_ => NewEventFd(signalled: true)).ToArray();
        OnOtherThreads("four threads", Threads, (thread, round) =>
        {
            using var seen = new ManualResetEventSlim();
            int fd = counters[thread].Number;
            var subscription = Loop.ObserveEvents(fd, IOEvents.Read).Subscribe(_ => seen.Set());
            if ((round + thread) % 4 == 0)
                seen.Wait(Patience).ShouldBeTrue();
            subscription.Dispose();
            Within(Loop.RemoveHandlerAsync(fd).AsTask()).GetAwaiter().GetResult();
        });
        Failures.All.ShouldBeEmpty();
    }

    [Fact]
    public void A_subscription_may_be_disposed_of_on_another_thread_while_the_loop_does_not_run()
    {
        var counter = NewEventFd(signalled: true);
        int seen = 0;
        IDisposable? subscription = null;
        InLoop(() => subscription = Loop.ObserveEvents(counter.Number, IOEvents.Read).Subscribe(_ => seen++));
        int before = seen;
        OtherThread.Run(() => subscription!.Dispose());
        RunTurns(2);
        seen.ShouldBe(before);
        InLoop(() => IsFree(counter.Number).ShouldBeTrue());
    }

    [Fact]
    public void A_subscription_that_is_disposed_of_while_it_is_being_registered_leaves_no_handler()
    {
        var loop = Watched(new HookedLoop());
        UseLoop(loop);
        var counter = NewEventFd(signalled: true);
        int seen = 0;
        var subscription = loop.ObserveEvents(counter.Number, IOEvents.Read).Subscribe(_ => seen++);
        loop.Added = () =>
        {
            loop.Added = null;
            OtherThread.Run(subscription.Dispose);
        };
        RunTurns(2);
        seen.ShouldBe(0);
        InLoop(() => IsFree(counter.Number).ShouldBeTrue());
    }

    [Fact]
    public void What_is_ready_when_another_thread_unsubscribes_is_not_read()
    {
        var pipes = new[] { NewPipe(), NewPipe() };
        var subscriptions = new IDisposable[2];
        InLoop(() =>
        {
            for (int i = 0; i < 2; i++)
            {
                int next = 1 - i;
                subscriptions[i] = Loop.ObserveReads(pipes[i].ReadEnd).Subscribe(_ =>
                {
                    // The other one is ready in this turn, too, and its handler is still registered when it is its turn.
                    OtherThread.Run(() => subscriptions[next].Dispose());
                    Loop.Stop();
                });
                pipes[i].Send();
            }
        });
        Run("a read");
        pipes.Count(IsReadable).ShouldBe(1);
        foreach (var subscription in subscriptions)
            subscription.Dispose();
    }

    /// <summary>Does something many times over on other threads while the loop runs; each time may last as long as anything else.</summary>
    private void OnOtherThreads(string awaited, int threads, Action<int, int> doRound)
    {
        int left = threads;
        var others = Enumerable.Range(0, threads).Select(thread => OtherThread.Start(() =>
        {
            try
            {
                for (int round = 0; round < Rounds / threads; round++)
                {
                    doRound(thread, round);
                    NoteProgress();
                }
            }
            finally
            {
                if (Interlocked.Decrement(ref left) == 0)
                    Loop.Stop();
            }
        })).ToArray();
        Run(awaited);
        foreach (var other in others)
            other.Join();
    }

    private static bool IsReadable(Pipe pipe)
    {
        try
        {
            return pipe.Drain() > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Differently long each time, so that the disposal meets the loop at every point.</summary>
    private static void Linger(int round) => Thread.SpinWait(round % 50 * 20);
}
