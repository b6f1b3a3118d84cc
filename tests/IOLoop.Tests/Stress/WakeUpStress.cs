using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Stress;

/// <summary>Hammers the steps that the comments in CallbackQueue and LoopCore argue for.</summary>
[Collection(nameof(Alone))]
public abstract class WakeUpStress(PollerKind poller, WakerKind waker)
{
    private const int Threads = 4;

    private PollIOLoop NewLoop(Microsoft.Extensions.Logging.ILoggerFactory? log = null) =>
        new(new PollIOLoopOptions { Poller = poller, Waker = waker, LoggerFactory = log });

    [Fact]
    public void Callbacks_from_many_threads_all_run_in_the_order_of_each_thread()
    {
        const int Each = 100_000;
        using var run = new LoopThread(NewLoop());
        int[] next = new int[Threads];
        int outOfOrder = 0;
        int left = Threads * Each;
        Action<(int Thread, int Number)> callback = item =>
        {
            if (next[item.Thread]++ != item.Number)
                outOfOrder++;
            if (--left == 0)
                run.Loop.Stop();
        };
        LoopThread.JoinAll(LoopThread.StartMany(Threads, thread =>
        {
            for (int i = 0; i < Each; i++)
            {
                run.Loop.AddCallback(callback, (thread, i));
                Thread.SpinWait(i & 63); // lets the loop fall asleep now and then
            }
        }));
        run.Join();
        left.ShouldBe(0);
        outOfOrder.ShouldBe(0);
    }

    [Fact]
    public void Every_single_callback_wakes_a_loop_that_is_about_to_sleep()
    {
        using var run = new LoopThread(NewLoop());
        using var ran = new SemaphoreSlim(0);
        Action<SemaphoreSlim> release = static semaphore => semaphore.Release();
        foreach (int i in Bounded.Rounds(5_000))
        {
            if ((i & 1) == 0)
                run.Loop.AddCallback(release, ran);
            else
                run.Loop.AddCallbackFromSignal(release, ran);
            ran.Wait(LoopThread.Patience).ShouldBeTrue($"callback {i} never ran");
            Thread.SpinWait(i & 255);
        }
    }

    [Fact]
    public void A_stop_never_falls_between_the_last_look_and_the_sleep()
    {
        using var loop = NewLoop();
        foreach (int i in Bounded.Rounds(2_000))
        {
            using var started = new ManualResetEventSlim();
            loop.AddCallback(started.Set);
            var thread = LoopThread.StartMany(1, _ => loop.Start());
            started.Wait(LoopThread.Patience).ShouldBeTrue();
            Thread.SpinWait(i & 511);
            loop.Stop();
            LoopThread.JoinAll(thread);
        }
    }

    [Fact]
    public void Every_callback_accepted_by_a_loop_that_is_being_closed_runs_or_is_reported()
    {
        foreach (int round in Bounded.Rounds(100))
        {
            using var log = new CollectingLoggerFactory();
            var loop = NewLoop(log);
            int ran = 0;
            int accepted = 0;
            var run = new LoopThread(loop);
            Action count = () => ran++;
            var posters = LoopThread.StartMany(Threads, number =>
            {
                int mine = 0;
                while (loop.TryAddCallback(count))
                    mine++;
                Interlocked.Add(ref accepted, mine);
            });
            Thread.SpinWait(round * 100);
            loop.Stop();
            run.Join();
            loop.Close();
            LoopThread.JoinAll(posters);
            int dropped = log.Entries.Where(entry => entry.Message.Contains("never ran", StringComparison.Ordinal))
                .Sum(entry => int.Parse(entry.Message.Split("closed: ")[1].Split(' ')[0]));
            (ran + dropped).ShouldBe(accepted);
        }
    }

    [Fact]
    public async Task No_call_begins_after_RemoveHandlerAsync_has_ended()
    {
        using var run = new LoopThread(NewLoop());
        foreach (int i in Bounded.Rounds(500))
        {
            using var file = new EventFd();
            bool removed = false;
            int late = 0;
            file.Signal(); // always ready: the handler runs in every turn
            await run.Loop.InvokeAsync(() => run.Loop.AddHandler(
                file.Number,
                (_, _) =>
                {
                    if (Volatile.Read(ref removed))
                        late++;
                },
                IOEvents.Read));
            Thread.SpinWait(i);
            await run.Loop.RemoveHandlerAsync(file.Number).AsTask().WaitAsync(LoopThread.Patience);
            Volatile.Write(ref removed, true);
            await run.Loop.InvokeAsync(() => { });
            late.ShouldBe(0);
        }
    }
}
