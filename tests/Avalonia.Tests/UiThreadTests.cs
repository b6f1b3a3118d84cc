using Avalonia.Threading;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.AvaloniaTests;

/// <summary>Loops that are used on the UI thread itself.</summary>
public abstract class UiThreadTests(AvaloniaKind kind) : LoopHarness(new AvaloniaFixture(kind))
{
    private HostedIOLoop Hosted => (HostedIOLoop)Loop;

    // Row: A host that runs work at once
    [Fact]
    public void What_the_UI_thread_adds_runs_later_on_the_UI_thread_and_never_inside_the_call()
    {
        var ran = Own(new ManualResetEventSlim());
        bool inside = false;
        bool ranInside = false;
        Thread? thread = null;
        UiThread.Run(Hosted.Attach);
        for (int i = 0; i < 20; i++) // the loop sleeps now and then
        {
            ran.Reset();
            UiThread.Run(() =>
            {
                inside = true;
                Loop.AddCallback(() =>
                {
                    ranInside |= inside;
                    thread = Thread.CurrentThread;
                    ran.Set();
                });
                inside = false;
            });
            Bounded.Await(ran, "the callback");
            ranInside.ShouldBeFalse();
            thread.ShouldBe(UiThread.Thread);
        }
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void A_turn_that_leaves_work_continues_and_lets_the_UI_thread_work_in_between()
    {
        const int Turns = 100;
        var ran = Own(new ManualResetEventSlim());
        int turns = 0;
        int turnsBefore = 0; // when the UI thread did what the first turn has given it
        var threads = new HashSet<Thread>();
        UiThread.Run(() =>
        {
            Hosted.Attach();
            Loop.AddCallback(Again);
        });
        Bounded.Await(ran, "all turns");
        threads.ShouldBe([UiThread.Thread]);
        turnsBefore.ShouldBeInRange(1, Turns - 1);

        void Again()
        {
            threads.Add(Thread.CurrentThread);
            if (++turns == 1)
                Dispatcher.UIThread.Post(() => turnsBefore = turns, DispatcherPriority.Background);
            if (turns == Turns)
                ran.Set();
            else
                Loop.AddCallback(Again);
        }
    }

    [Fact]
    public void A_busy_loop_leaves_the_UI_thread_time_for_work_of_lower_priority()
    {
        const int Enough = 20;
        var done = Own(new ManualResetEventSlim());
        int ticks = 0;
        UiThread.Run(() =>
        {
            Hosted.Attach();
            Loop.AddCallback(Again);
            Tick();
        });
        Bounded.Await(done, $"{Enough} pieces of work behind the loop's");
        Bounded.Await(Loop.StopAsync(), "the end of the run");

        void Again() => Loop.TryAddCallback(Again);

        void Tick()
        {
            if (++ticks == Enough)
                done.Set();
            else
                Dispatcher.UIThread.Post(Tick, DispatcherPriority.ContextIdle); // below that of the loop's turns
        }
    }

    [Fact]
    public void A_start_on_the_UI_thread_is_refused_and_one_elsewhere_is_not()
    {
        UiThread.Run(() =>
        {
            Hosted.Attach();
            Loop.Stop();
        });
        Bounded.Until(() => !Loop.IsRunning, "the loop has stopped");
        Exception? refusal = null;
        UiThread.Run(() => refusal = Record.Exception(Loop.Start));
        refusal.ShouldBeOfType<InvalidOperationException>().Message.ShouldContain("Attach");
        Bounded.Until(() => !Loop.IsRunning, "the loop has stopped");
        Loop.RunSync(() => Thread.CurrentThread, Patience).ShouldBe(UiThread.Thread);
    }
}

public sealed class On_the_UI_thread_by_its_scheduler() : UiThreadTests(AvaloniaKind.Scheduler);

public sealed class On_the_UI_thread_by_its_SynchronizationContext() : UiThreadTests(AvaloniaKind.SynchronizationContext);
