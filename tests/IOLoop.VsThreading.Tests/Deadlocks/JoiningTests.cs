using IOLoops.Conformance;
using Microsoft.VisualStudio.Threading;
using Shouldly;
using Xunit;

namespace IOLoops.VsThreading.Tests.Deadlocks;

/// <summary>
/// A main thread that is blocked in <see cref="JoinableTaskFactory.Run(Func{Task})"/> waits for what the loop brings. What
/// vs-threading's three rules ask for, with descriptors: each would hang without the join.
/// </summary>
public sealed class JoiningTests : JoinableTaskHarness
{
    [Fact]
    public void Without_a_join_nothing_of_the_loop_runs_on_a_blocked_main_thread()
    {
        bool ran = false;
        BlockMain("the end of Run", async () =>
        {
            await Task.Run(() => Loop.AddCallback(() => ran = true)); // has posted a turn when it returns
            for (int i = 0; i < 10; i++)
                await Task.Yield();
            ran.ShouldBeFalse();
        });
        Bounded.Until(() => ran, "the callback runs when the main thread is free again");
    }

    [Fact]
    public void A_join_lets_handlers_run_on_a_main_thread_that_is_blocked()
    {
        var counter = NewEventFd();
        OnMain("data that arrives while the main thread is blocked", () =>
        {
            var read = WhenReadable(counter.Number);
            Factory.Run(async () =>
            {
                using (Loop.Join())
                {
                    Signal(counter);
                    (await read).ShouldBe(Main.Thread);
                }
            });
        });
    }

    [Fact]
    public void A_join_lets_timeouts_callbacks_and_awaits_run_on_a_main_thread_that_is_blocked()
    {
        var threads = new List<Thread>();
        BlockMain("a timeout, a callback and what it awaits", async () =>
        {
            using (Loop.Join())
            {
                var done = new TaskCompletionSource();
                Loop.CallLater(TimeSpan.FromMilliseconds(5), () =>
                {
                    threads.Add(Thread.CurrentThread);
                    Loop.AddCallback(async () =>
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(1), Loop.TimeProvider);
                        threads.Add(Thread.CurrentThread);
                        done.SetResult();
                    });
                });
                await done.Task;
            }
        });
        threads.ShouldBe([Main.Thread, Main.Thread]);
    }

    [Fact]
    public void When_the_join_is_over_the_loop_waits_again()
    {
        bool ran = false;
        BlockMain("the end of Run", async () =>
        {
            using (Loop.Join())
                await Loop.InvokeAsync(() => { });
            await Task.Run(() => Loop.AddCallback(() => ran = true));
            for (int i = 0; i < 10; i++)
                await Task.Yield();
            ran.ShouldBeFalse();
        });
        Bounded.Until(() => ran, "the callback runs when the main thread is free again");
    }

    // Rule 1: code that needs the main thread switches to it.
    [Fact]
    public void A_background_task_that_switches_to_the_main_thread_and_waits_for_data_there_does_not_hang_it()
    {
        var counter = NewEventFd();
        Thread? resumed = null;
        BlockMain("a background task that needs the main thread and the loop", async () =>
        {
            using (Loop.Join())
            {
                await Task.Run(async () =>
                {
                    await Factory.SwitchToMainThreadAsync();
                    var read = WhenReadable(counter.Number);
                    await TaskScheduler.Default;
                    counter.Signal();
                    await read;
                    await Factory.SwitchToMainThreadAsync();
                    resumed = Thread.CurrentThread;
                });
            }
        });
        resumed.ShouldBe(Main.Thread);
    }

    // Rule 2: code that blocks does it with Run, on any thread. This one blocks a thread of the pool, in the middle of Run.
    [Fact]
    public void A_background_thread_that_blocks_for_the_loop_does_not_hang_the_main_thread()
    {
        int ran = 0;
        BlockMain("a background thread that blocks for the loop", async () =>
            await Task.Run(() => Factory.Run(async () =>
            {
                using (Loop.Join())
                    await Loop.InvokeAsync(() => ran++);
            })));
        ran.ShouldBe(1);
    }

    // Rule 3: work that was started earlier is joined when it is waited for.
    [Fact]
    public void Work_started_earlier_brings_the_loop_with_it_when_it_is_joined()
    {
        var counter = NewEventFd();
        OnMain("work that was started before the main thread was blocked", () =>
        {
            var read = WhenReadable(counter.Number);
            var earlier = Factory.RunAsync(async () =>
            {
                using (Loop.Join())
                    (await read).ShouldBe(Main.Thread);
            });
            Signal(counter);
            earlier.Join();
        });
    }

    [Fact]
    public void Work_started_earlier_brings_the_loop_with_it_into_a_handler()
    {
        var first = NewEventFd();
        var second = NewEventFd();
        var order = new List<string>();
        JoinableTask? earlier = null;
        OnMain("registration", () =>
        {
            var read = WhenReadable(second.Number, () => order.Add("second"));
            earlier = Factory.RunAsync(async () =>
            {
                using (Loop.Join())
                    await read;
                order.Add("work");
            });
        });
        var outer = new TaskCompletionSource();
        OnMain("registration", () => Loop.AddHandler(
            first.Number,
            (fd, _) =>
            {
                Loop.RemoveHandler(fd);
                order.Add("first");
                Signal(second);
                earlier!.Join(); // joins the loop, which is in the middle of this very call
                order.Add("joined");
                outer.SetResult();
            },
            IOEvents.Read));
        first.Signal();
        Bounded.Await(outer.Task, "a handler that joins work which has joined the loop");
        order.ShouldBe(["first", "second", "work", "joined"]);
    }

    [Fact]
    public void Two_loops_can_be_joined_and_serve_each_other()
    {
        var other = Attached(NewLoop());
        int ran = 0;
        BlockMain("callbacks from one loop to the other", async () =>
        {
            using (Loop.Join())
            using (other.Join())
            {
                for (int i = 0; i < 100; i++)
                    await Loop.InvokeAsync(() => other.InvokeAsync(() => ran++));
            }
        });
        ran.ShouldBe(100);
    }

    [Fact]
    public void A_loop_is_joined_before_it_runs()
    {
        var loop = NewLoop();
        BlockMain("a callback of a loop that was joined before it was attached", async () =>
        {
            using (loop.Join())
            {
                loop.Attach();
                await Task.Run(() => loop.InvokeAsync(() => { }));
            }
        });
    }

    [Fact]
    public void Joining_outside_a_joinable_task_does_nothing() => Loop.Join().Dispose();

    [Fact]
    public void Others_that_are_joined_get_their_turn_beside_a_loop_that_is_never_idle()
    {
        var busy = NewEventFd();
        busy.Signal();
        OnMain("registration", () => Loop.AddHandler(busy.Number, (_, _) => { }, IOEvents.Read)); // never drained
        BlockMain("joined work beside a busy loop", async () =>
        {
            using (Loop.Join())
            {
                var others = Factory.RunAsync(async () =>
                {
                    for (int i = 0; i < 100; i++)
                    {
                        await TaskScheduler.Default;
                        await Factory.SwitchToMainThreadAsync();
                    }
                });
                await others;
            }
        });
        OnMain("removal", () => Loop.RemoveHandler(busy.Number));
    }
}
