using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: Wrong thread
    [Fact]
    public void Using_a_running_loop_from_another_thread_is_refused_and_names_AddCallback()
    {
        EventFd registered = NewEventFd(signalled: true), fresh = NewEventFd(signalled: true);
        int calls = 0, strangers = 0;
        Loop.AddHandler(registered.Number, (_, _) => calls++, IOEvents.Read);
        var timeout = Loop.CallLater(Moment, () => calls++);
        InLoop("a timeout that another thread tried to remove", async () =>
        {
            OtherThread.Run(() =>
            {
                IsWrongThread(() => Loop.AddHandler(fresh.Number, (_, _) => strangers++, IOEvents.Read));
                IsWrongThread(() => Loop.AddHandler(fresh.Number, (_, _) =>
                {
                    strangers++;
                    return Task.CompletedTask;
                }, IOEvents.Read));
                IsWrongThread(() => Loop.UpdateHandler(registered.Number, IOEvents.None));
                IsWrongThread(() => Loop.RemoveHandler(registered.Number));
                IsWrongThread(() => Loop.WaitAsync(fresh.Number, IOEvents.Read).AsTask());
                IsWrongThread(() => Loop.RemoveTimeout(timeout));
                IsWrongThread(() => Loop.CallAt(Loop.Time, () => strangers++));
                IsWrongThread(() => Loop.CallAt(Loop.Time, _ => strangers++, 1));
                IsWrongThread(() => Loop.CallLater(TimeSpan.Zero, () => strangers++));
                IsWrongThread(() => Loop.CallLater(TimeSpan.Zero, _ => strangers++, 1));
                IsWrongThread(() => Loop.CallLater(TimeSpan.Zero, () =>
                {
                    strangers++;
                    return Task.CompletedTask;
                }));
                IsWrongThread(() => Loop.AddTimeout(Loop.Time, () => strangers++));
                IsWrongThread(() => Loop.AddTimeout(TimeSpan.Zero, () => strangers++));
                IsWrongThread(() => Loop.AddTimeout(DateTimeOffset.UtcNow, () => strangers++));
            });
            calls = 0;
            var passed = new TaskCompletionSource();
            Loop.CallLater(Moment * 3, passed.SetResult);
            await passed.Task;
        });
        strangers.ShouldBe(0);
        calls.ShouldBeGreaterThan(1);
    }

    // Row: AddCallback against Close; Idle (no lost wake-up)
    [Fact]
    public void Posts_from_many_threads_all_run_once_and_in_the_order_of_each_thread()
    {
        const int Threads = 4, Posts = 20_000;
        int[] last = new int[Threads];
        int ran = 0;
        bool ordered = true;
        void Take((int Thread, int Post) item)
        {
            ordered &= last[item.Thread] + 1 == item.Post;
            last[item.Thread] = item.Post;
            if (++ran == Threads * Posts)
                Loop.Stop();
        }
        var others = Enumerable.Range(0, Threads).Select(thread => OtherThread.Start(() =>
        {
            for (int post = 1; post <= Posts; post++)
                Loop.AddCallback(Take, (thread, post));
        })).ToArray();
        Run("80,000 posts of four threads");
        foreach (var other in others)
            other.Join();
        ran.ShouldBe(Threads * Posts);
        ordered.ShouldBeTrue();
    }

    [Fact]
    public void No_wake_up_is_lost()
    {
        var other = OtherThread.Start(() =>
        {
            using var answered = new AutoResetEvent(false);
            for (int i = 0; i < 3000; i++)
            {
                if (i % 3 == 0)
                    Loop.AddCallback(() => answered.Set());
                else if (i % 3 == 1)
                    Loop.AddCallbackFromSignal(() => answered.Set());
                else
                    Loop.SpawnCallback(done => done.Set(), answered);
                answered.WaitOne(Patience).ShouldBeTrue();
            }
            Loop.Stop();
        });
        Run("3000 round trips between two threads");
        other.Join();
    }

    [Fact]
    public void Posts_while_the_loop_goes_to_sleep_are_not_lost()
    {
        // Two posters whose posts fall into every phase of a turn, also the one between the last look at the queue and sleep.
        const int Posts = 5000;
        int ran = 0;
        void Take()
        {
            if (++ran == 2 * Posts)
                Loop.Stop();
        }
        var others = Enumerable.Range(0, 2).Select(seed => OtherThread.Start(() =>
        {
            var random = new Random(seed);
            for (int i = 0; i < Posts; i++)
            {
                Loop.AddCallbackFromSignal(Take);
                Thread.SpinWait(random.Next(2000));
            }
        })).ToArray();
        Run("10,000 posts at random moments");
        foreach (var other in others)
            other.Join();
        ran.ShouldBe(2 * Posts);
    }

    [Fact]
    public void What_was_accepted_while_the_loop_closes_runs_or_is_counted()
    {
        for (int round = 0; round < 20; round++)
        {
            using var log = new CollectingLoggerFactory();
            var loop = NewLoop(new IOLoopOptions { LoggerFactory = log });
            int accepted = 0, ran = 0;
            using var begun = new CountdownEvent(3);
            var others = Enumerable.Range(0, 3).Select(kind => OtherThread.Start(() =>
            {
                begun.Signal();
                while (Post(loop, kind, () => ran++))
                {
                    Interlocked.Increment(ref accepted);
                    Thread.SpinWait(500);
                }
            })).ToArray();
            begun.Wait(Patience).ShouldBeTrue();
            if (round % 2 == 0)
            {
                loop.CallLater(TimeSpan.FromMicroseconds(200 * round), loop.Stop);
                Run(loop, "a timeout under fire");
            }
            loop.Close();
            foreach (var other in others)
                other.Join();
            int dropped = accepted - ran;
            dropped.ShouldBeGreaterThanOrEqualTo(0);
            if (dropped == 0)
            {
                log.Entries.ShouldBeEmpty();
            }
            else
            {
                var entry = log.Entries.ShouldHaveSingleItem();
                entry.Counts(dropped)
                    .ShouldBeTrue($"Accepted {accepted}, ran {ran}, dropped {dropped}. {entry.Message}");
            }
        }
    }

    [Fact]
    public void Stop_and_start_race_without_a_hang()
    {
        using var next = new SemaphoreSlim(0);
        var other = OtherThread.Start(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                next.Wait(Patience).ShouldBeTrue();
                Loop.Stop();
            }
        });
        for (int i = 0; i < 100; i++)
        {
            next.Release();
            Run("a stop at any moment, also before the start");
        }
        other.Join();
        Loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void Two_threads_cannot_run_one_loop_at_a_time()
    {
        int inside = 0, refused = 0;
        InLoop("refused starts", async () =>
        {
            for (int i = 0; i < 20; i++)
            {
                await Task.Run(() =>
                {
                    try
                    {
                        Loop.Start();
                    }
                    catch (InvalidOperationException)
                    {
                        refused++;
                    }
                });
                (++inside).ShouldBe(refused);
            }
        });
        refused.ShouldBe(20);
    }

    [Fact]
    public void Messages_of_wrong_threads_name_the_method()
    {
        var pipe = NewPipe();
        InLoop(() => OtherThread.Run(() =>
            Should.Throw<InvalidOperationException>(() => Loop.RemoveHandler(pipe.ReadEnd)).Message.ShouldContain("AddCallback")));
    }

    private static bool Post(IOLoop loop, int kind, Action callback)
    {
        try
        {
            switch (kind)
            {
                case 0:
                    return loop.TryAddCallback(callback);
                case 1:
                    loop.AddCallback(callback);
                    return true;
                default:
                    loop.AddCallbackFromSignal(callback);
                    return true;
            }
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private static void IsWrongThread(Action call) =>
        Should.Throw<InvalidOperationException>(call).Message.ShouldContain("AddCallback");
}
