using System.Reactive.Concurrency;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>Schedulers that run at once what is scheduled on their own thread, used from that thread.</summary>
public sealed class InlineSchedulerTests : RxHarness
{
    public static TheoryData<string> Kinds => ["asks for its thread", "asks for its context", "asks for its context behind Catch"];

    // Row: A host that runs work at once
    [Theory, MemberData(nameof(Kinds))]
    public void What_its_own_thread_adds_runs_later_and_nothing_is_lost(string kind)
    {
        var (scheduler, run) = Make(kind);
        var loop = NewLoop(scheduler);
        bool inside = false;
        int ran = 0;
        run(() =>
        {
            inside = true;
            loop.Attach();
            for (int i = 0; i < 10; i++)
                loop.AddCallback(Count);
            inside = false;
        });
        Until(() => Volatile.Read(ref ran) == 20, "all callbacks");
        for (int i = 0; i < 20; i++) // now it sleeps now and then
        {
            run(() =>
            {
                inside = true;
                loop.AddCallback(Count);
                inside = false;
            });
        }
        Until(() => Volatile.Read(ref ran) == 60, "all callbacks, and what they have added");
        run(loop.Stop);
        Until(() => !loop.IsRunning, "the loop has stopped");
        Log.Entries.ShouldBeEmpty();

        void Count()
        {
            inside.ShouldBeFalse("it ran inside the call that added it");
            if (ran++ % 2 == 0)
                loop.AddCallback(Count);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_start_on_its_own_thread_is_refused(string kind)
    {
        var (scheduler, run) = Make(kind);
        var loop = NewLoop(scheduler);
        Exception? refusal = null;
        run(() => refusal = Record.Exception(loop.Start));
        refusal.ShouldBeOfType<InvalidOperationException>().Message.ShouldContain("Attach");
        Until(() => !loop.IsRunning, "the loop has stopped");
        loop.RunSync(() => 42).ShouldBe(42);
    }

    [Fact]
    public void Its_thread_is_known_once_it_has_run_something_at_once()
    {
        var scheduler = Own(new InlineScheduler());
        var loop = NewLoop(scheduler);
        var pipe = NewPipe();
        var read = NewEvent();
        On(scheduler, () =>
        {
            loop.Attach();
            loop.IsOnLoopThread.ShouldBeTrue();
            loop.AddHandler(pipe.ReadEnd, (_, _) =>
            {
                pipe.Drain();
                read.Set();
            }, IOEvents.Read);
        });
        loop.IsOnLoopThread.ShouldBeFalse();
        pipe.Send();
        Await(read, "the handler");
    }

    private (IScheduler Scheduler, Action<Action> Run) Make(string kind)
    {
        if (kind == "asks for its thread")
        {
            var inline = Own(new InlineScheduler());
            return (inline, action => On(inline, action));
        }
        var threads = Own(new LoopThreads());
        var native = threads.Start();
        IScheduler scheduler = new SynchronizationContextScheduler(native.SynchronizationContext, alwaysPost: false);
        return (kind == "asks for its context" ? scheduler : Wraps.Catch(scheduler), action => Await(native.InvokeAsync(action), "the context's own work"));
    }

    private static void On(InlineScheduler scheduler, Action action)
    {
        var done = new TaskCompletionSource();
        scheduler.Schedule(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        Await(done.Task, "the scheduler's own work");
        if (done.Task.Exception is { } failure)
            throw failure;
    }
}
