using IOLoops.Conformance;
using Microsoft.VisualStudio.Threading;
using Shouldly;
using Xunit;

namespace IOLoops.VsThreading.Tests.Deadlocks;

/// <summary><see cref="HostedIOLoop.Start"/> and RunSync: on the main thread they run the loop, elsewhere they wait without hanging it.</summary>
public sealed class BlockingTests : JoinableTaskHarness
{
    [Fact]
    public void RunSync_on_the_main_thread_runs_the_loop_by_itself()
    {
        var counter = NewEventFd();
        OnMain("RunSync of a loop that does not run", () =>
        {
            var loop = NewLoop();
            loop.RunSync(async () =>
            {
                var wait = loop.WaitAsync(counter.Number, IOEvents.Read);
                Signal(counter);
                await wait;
                Thread.CurrentThread.ShouldBe(Main.Thread);
            });
            loop.IsRunning.ShouldBeFalse();
        });
    }

    [Fact]
    public void Start_on_the_main_thread_runs_the_loop_until_it_is_stopped()
    {
        Thread? ran = null;
        OnMain("Start on the main thread", () =>
        {
            var loop = NewLoop();
            loop.CallLater(TimeSpan.FromMilliseconds(1), () =>
            {
                ran = Thread.CurrentThread;
                loop.Stop();
            });
            loop.Start();
        });
        ran.ShouldBe(Main.Thread);
    }

    [Fact]
    public void Start_is_expected_to_last_long_and_RunSync_inside_it_is_not()
    {
        var factory = new WatchingFactory(Context);
        List<bool> inStart = [], inRunSync = [];
        var hasWaited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        OnMain("Start on the main thread", () =>
        {
            var loop = NewLoop(factory);
            bool isNested = false;
            factory.Waits = isLong =>
            {
                (isNested ? inRunSync : inStart).Add(isLong);
                if (isNested)
                    hasWaited.TrySetResult();
                else if (hasWaited.Task.IsCompleted)
                    loop.AddCallback(loop.Stop);
            };
            loop.AddCallback(() =>
            {
                isNested = true;
                loop.RunSync(() => hasWaited.Task);
                isNested = false;
            });
            loop.Start();
        });
        inRunSync.ShouldNotBeEmpty();
        inRunSync.ShouldAllBe(isLong => !isLong); // else its hang would never be reported
        inStart.ShouldNotBeEmpty();
        inStart.ShouldAllBe(isLong => isLong);
    }

    [Fact]
    public void RunSync_nests_inside_a_handler_in_the_middle_of_Run()
    {
        var outer = NewEventFd();
        var inner = NewEventFd();
        BlockMain("RunSync in a handler in Run", async () =>
        {
            using (Loop.Join())
            {
                var done = WhenReadable(outer.Number, () => Loop.RunSync(async () =>
                {
                    Signal(inner);
                    await Loop.WaitAsync(inner.Number, IOEvents.Read);
                }));
                Signal(outer);
                await done;
            }
        });
    }

    [Fact]
    public void RunSync_between_turns_nests_in_the_running_loop()
    {
        int ran = 0;
        OnMain("RunSync between turns", () =>
        {
            Loop.IsOnLoopThread.ShouldBeTrue();
            Loop.RunSync(() => ran++);
        });
        ran.ShouldBe(1);
    }

    // The cookbook's synchronous method that needs the main thread, on a thread of the pool, while Run blocks that for it.
    [Fact]
    public void RunSync_on_another_thread_joins_the_loop_to_the_task_that_it_is_part_of()
    {
        var loop = NewLoop();
        Thread? ran = null;
        BlockMain("RunSync on a thread that the main thread waits for", async () =>
            await Task.Run(() => loop.RunSync(() => ran = Thread.CurrentThread)));
        ran.ShouldBe(Main.Thread);
    }

    [Fact]
    public void Start_on_another_thread_joins_the_loop_to_the_task_that_it_is_part_of()
    {
        var loop = NewLoop();
        int ran = 0;
        BlockMain("Start on a thread that the main thread waits for", async () =>
        {
            loop.AddCallback(() =>
            {
                ran++;
                loop.Stop();
            });
            await Task.Run(loop.Start);
        });
        ran.ShouldBe(1);
    }

    [Fact]
    public void RunSync_without_the_main_thread_ends_with_its_timeout()
    {
        var loop = NewLoop();
        using var release = new ManualResetEventSlim();
        using var busy = new ManualResetEventSlim();
        Main.SynchronizationContext.Post(
            _ =>
            {
                busy.Set();
                release.Wait(Patience);
            },
            null);
        Bounded.Await(busy, "the main thread to be busy");
        Should.Throw<TimeoutException>(() => loop.RunSync(() => { }, TimeSpan.FromMilliseconds(20)));
        release.Set();
        loop.RunSync(() => { }, Patience); // it is usable again
    }

    // The cookbook's disposal: block until all that was started has ended.
    [Fact]
    public void A_dispose_that_waits_for_all_its_work_lets_the_loop_finish_it()
    {
        var collection = Context.CreateCollection();
        var factory = Context.CreateFactory(collection);
        var counter = NewEventFd();
        int ended = 0;
        OnMain("all work of a collection", () =>
        {
            for (int i = 0; i < 3; i++)
            {
                _ = factory.RunAsync(async () =>
                {
                    using (Loop.Join())
                        await Loop.WaitAsync(NewSignalled().Number, IOEvents.Read);
                    ended++;
                });
            }
            var last = WhenReadable(counter.Number);
            _ = factory.RunAsync(async () =>
            {
                using (Loop.Join())
                    await last;
                ended++;
            });
            Signal(counter);
            Factory.Run(collection.JoinTillEmptyAsync);
            ended.ShouldBe(4);
        });
    }

    // A loop is not work that ends.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_usual_shutdown_does_not_wait_for_an_attached_loop(bool isBusy)
    {
        var collection = Context.CreateCollection();
        var loop = Attached(NewLoop(Context.CreateFactory(collection)));
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
        if (isBusy)
        {
            void Again() => loop.AddCallback(Again);
            loop.AddCallback(Again);
        }
        OnMain("the shutdown on the main thread", () => Factory.Run(() => collection.JoinTillEmptyAsync()));
        Bounded.Await(Task.Run(collection.JoinTillEmptyAsync), "the shutdown elsewhere");
        loop.IsRunning.ShouldBeTrue();
    }

    [Fact]
    public void The_usual_shutdown_lets_the_loop_finish_what_the_collection_s_work_waits_for()
    {
        var collection = Context.CreateCollection();
        var factory = Context.CreateFactory(collection);
        var loop = Attached(NewLoop(factory));
        int ended = 0;
        OnMain("all work of a collection", () =>
        {
            for (int i = 0; i < 3; i++)
            {
                _ = factory.RunAsync(async () =>
                {
                    await Task.Run(() => loop.InvokeAsync(() => { })); // joined by way of the collection alone
                    await loop.WaitAsync(NewSignalled().Number, IOEvents.Read);
                    ended++;
                });
            }
            Factory.Run(() => collection.JoinTillEmptyAsync());
            ended.ShouldBe(3);
        });
    }

    [Fact]
    public void A_loop_is_joined_by_way_of_its_factory_s_collection_while_it_runs()
    {
        var collection = Context.CreateCollection();
        var loop = NewLoop(Context.CreateFactory(collection));
        collection.ShouldBeEmpty();
        loop.Attach();
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
        BlockMain("callbacks, joined by way of the factory's collection", async () =>
        {
            using (collection.Join())
            {
                for (int i = 0; i < 100; i++)
                    await Task.Run(() => loop.InvokeAsync(() => { }));
            }
        });
        loop.Stop();
        Bounded.Until(() => !loop.IsRunning, "the loop has stopped");
        Bounded.Until(() => !collection.Any(), "nothing of the loop is left in the collection");
    }

    // The cookbook's check that code needs no main thread.
    [Fact]
    public void What_suppresses_its_relevance_is_not_helped_by_a_join()
    {
        bool ran = false;
        BlockMain("the end of Run", async () =>
        {
            Task added;
            using (Context.SuppressRelevance())
            using (Loop.Join())
                added = Task.Run(() => Loop.AddCallback(() => ran = true));
            await added;
            for (int i = 0; i < 10; i++)
                await Task.Yield();
            ran.ShouldBeFalse();
        });
        Bounded.Until(() => ran, "the callback runs when the main thread is free again");
    }

    private EventFd NewSignalled()
    {
        var counter = NewEventFd();
        counter.Signal();
        return counter;
    }

    /// <summary>Notes of each wait of the main thread whether it counts as one that may last long.</summary>
    private sealed class WatchingFactory(JoinableTaskContext context) : JoinableTaskFactory(context)
    {
        internal Action<bool> Waits { get; set; } = static _ => { };

        protected override void WaitSynchronously(Task task)
        {
            Waits(IsWaitingOnLongRunningTask());
            base.WaitSynchronously(task);
        }
    }
}
