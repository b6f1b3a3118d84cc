using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class SchedulerTests
{
    [Fact]
    public void An_item_runs_on_the_loop_and_never_inline()
    {
        bool ran = false;
        int thread = Environment.CurrentManagedThreadId;
        Scheduler.Schedule(() =>
        {
            ran = true;
            Environment.CurrentManagedThreadId.ShouldBe(thread);
            Loop.IsOnLoopThread.ShouldBeTrue();
            bool nested = false;
            Scheduler.Schedule(() => nested = true);
            nested.ShouldBeFalse();
            Loop.Stop();
        });
        ran.ShouldBeFalse();
        Run("an item");
        ran.ShouldBeTrue();
    }

    [Fact]
    public void An_item_of_another_thread_runs_on_the_loop()
    {
        int ranOn = 0;
        var other = OtherThread.Start(() => Scheduler.Schedule(() =>
        {
            ranOn = Environment.CurrentManagedThreadId;
            Loop.Stop();
        }));
        Run("an item of another thread");
        other.Join();
        ranOn.ShouldBe(Environment.CurrentManagedThreadId);
    }

    [Fact]
    public void An_item_is_given_its_state_and_the_scheduler()
    {
        string? seen = null;
        Scheduler.Schedule("state", Doing<string>(state =>
        {
            seen = state;
            Loop.Stop();
        }));
        Run("an item");
        seen.ShouldBe("state");
    }

    [Fact]
    public void Items_and_callbacks_run_in_the_order_of_being_added()
    {
        var order = new List<int>();
        Scheduler.Schedule(() => order.Add(0));
        Loop.AddCallback(() => order.Add(1));
        Scheduler.Schedule(TimeSpan.Zero, () => order.Add(2));
        Scheduler.Schedule(TimeSpan.FromDays(-1), () => order.Add(3));
        Scheduler.Schedule(DateTimeOffset.MinValue, () => order.Add(4));
        Scheduler.Schedule(Loop.Stop);
        Run("some items");
        order.ShouldBe([0, 1, 2, 3, 4]);
    }

    [Fact]
    public void Items_of_many_threads_all_run_each_thread_s_in_order()
    {
        const int Threads = 4;
        const int Items = 5_000;
        int[] next = new int[Threads];
        int left = Threads * Items;
        var others = Enumerable.Range(0, Threads).Select(thread => OtherThread.Start(() =>
        {
            for (int i = 0; i < Items; i++)
            {
                Scheduler.Schedule((thread, i), Doing<(int Thread, int Number)>(item =>
                {
                    item.Number.ShouldBe(next[item.Thread]++);
                    if (--left == 0)
                        Loop.Stop();
                }));
            }
        })).ToArray();
        Run("the items of four threads");
        foreach (var other in others)
            other.Join();
        next.ShouldAllBe(count => count == Items);
    }

    [Fact]
    public void What_an_item_schedules_runs_in_the_next_turn_and_descriptors_are_served_in_between()
    {
        var counter = NewEventFd(signalled: true);
        int items = 0;
        int events = 0;
        Loop.AddHandler(counter.Number, (_, _) =>
        {
            if (++events == 10)
                Loop.Stop();
        }, IOEvents.Read);
        void Chain()
        {
            items++;
            Scheduler.Schedule(Chain);
        }
        Scheduler.Schedule(Chain);
        Run("a descriptor beside an endless chain of items");
        items.ShouldBe(10);
    }

    [Fact]
    public void Recursion_runs_until_it_is_not_asked_for_again()
    {
        int runs = 0;
        Scheduler.Schedule(again =>
        {
            if (++runs < 10)
                again();
            else
                Loop.Stop();
        });
        Run("a recursive item");
        runs.ShouldBe(10);
    }

    [Fact]
    public void Recursion_hands_its_state_on()
    {
        var states = new List<int>();
        Scheduler.Schedule(0, (int state, Action<int> again) =>
        {
            states.Add(state);
            if (state < 9)
                again(state + 1);
            else
                Loop.Stop();
        });
        Run("a recursive item");
        states.ShouldBe(Enumerable.Range(0, 10));
    }

    [Fact]
    public void Disposing_of_a_recursive_item_ends_the_recursion()
    {
        int runs = 0;
        var item = new SingleAssignmentDisposable();
        item.Disposable = Scheduler.Schedule(again =>
        {
            again();
            if (++runs == 3)
                item.Dispose();
        });
        RunTurns(10);
        runs.ShouldBe(3);
    }
}
