using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>Beginning, awaiting and ending runs in a host that cannot be pumped.</summary>
public abstract class HostedRunningTests(PollerKind poller) : HostingHarness(poller)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void A_loop_runs_from_being_attached_until_the_turn_after_its_stop()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var release = Hold(host);
        loop.IsRunning.ShouldBeFalse();
        loop.Attach();
        loop.IsRunning.ShouldBeTrue();
        loop.Stop();
        loop.IsRunning.ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => loop.Close());
        release.Set();
        Settle(host);
        loop.IsRunning.ShouldBeFalse();
        loop.Close();
    }

    [Fact]
    public void A_loop_that_runs_cannot_be_begun_again()
    {
        var host = NewHost();
        var loop = Attached(host);
        Should.Throw<InvalidOperationException>(loop.Attach);
        Should.Throw<InvalidOperationException>(loop.Start);
        Should.Throw<InvalidOperationException>(() => loop.RunSync(() => { }));
        OnHost(host, () => Should.Throw<InvalidOperationException>(loop.Attach));
        InLoop(loop, () => Should.Throw<InvalidOperationException>(loop.Start));
        loop.IsRunning.ShouldBeTrue();
    }

    [Fact]
    public void A_stop_before_it_is_attached_ends_a_run_at_once_and_only_that()
    {
        var loop = NewLoop(NewHost());
        loop.Stop();
        loop.Attach();
        loop.IsRunning.ShouldBeFalse();
        loop.RunSync(() => 42).ShouldBe(42);
    }

    // Row: Stop before Start
    [Theory, InlineData(true), InlineData(false)]
    public void A_stop_by_a_thread_that_has_seen_the_run_end_ends_the_next_one(bool onHost)
    {
        var host = NewHost();
        var loop = Watched(new EndingLoop(host, new HostedIOLoopOptions { Poller = Poller, LoggerFactory = Log }));
        loop.WhenEnded = () => OtherThread.Run(() =>
        {
            loop.IsRunning.ShouldBeFalse();
            loop.Stop();
        });
        loop.Attach();
        if (onHost)
            OnHost(host, loop.Stop); // ends the run between turns
        else
            loop.Stop();
        Settle(host);
        loop.WhenEnded = null;
        loop.AddCallback(() => Assert.Fail("the run was stopped before it began"));
        loop.Attach();
        loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void What_was_queued_when_a_run_ended_runs_in_the_next()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var ran = new List<string>();
        var file = NewEventFd();
        file.Signal();
        loop.AddHandler(file.Number, (_, _) =>
        {
            file.Drain();
            ran.Add("handler");
        }, IOEvents.Read);
        loop.AddCallback(() =>
        {
            loop.Stop();
            loop.AddCallback(() => ran.Add("callback"));
        });
        loop.AddCallback(() => ran.Add("same turn"));
        loop.Attach();
        Until(() => !loop.IsRunning, "the loop has stopped");
        ran.ShouldBe(["same turn"]);
        OnHost(host, loop.Attach);
        Settle(host);
        ran.ShouldBe(["same turn", "callback", "handler"]);
    }

    [Fact]
    public void A_descriptor_that_stays_registered_is_watched_in_every_run()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var pipe = NewPipe();
        var called = NewEvent();
        loop.AddHandler(pipe.ReadEnd, (_, _) =>
        {
            pipe.Drain();
            called.Set();
        }, IOEvents.Read);
        for (int run = 1; run <= 3; run++)
        {
            loop.Attach();
            Settle(host); // else the first turn's own poll would find the data
            pipe.Send();
            Await(called, $"the handler in run {run}");
            called.Reset();
            Settle(host);
            loop.Stop();
            Until(() => !loop.IsRunning, "the loop has stopped");
        }
    }

    [Fact]
    public void The_host_s_thread_is_not_blocked_for_what_only_it_can_do()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        OnHost(host, () =>
        {
            Should.Throw<InvalidOperationException>(loop.Start).Message.ShouldContain("Attach");
            loop.IsRunning.ShouldBeFalse();
            Should.Throw<InvalidOperationException>(() => loop.RunSync(() => Assert.Fail("the function must not run")));
            loop.IsRunning.ShouldBeFalse();
        });
        Settle(host);
        loop.Attach();
        OnHost(host, () => Should.Throw<InvalidOperationException>(() => loop.RunSync(() => Assert.Fail("the function must not run"))));
        InLoop(loop, () => Should.Throw<InvalidOperationException>(() => loop.RunSync(() => Assert.Fail("the function must not run"))));
        InLoop(loop, () => { });
    }

    [Fact]
    public void A_start_that_is_refused_leaves_no_turn_behind_that_another_joins()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        OnHost(host, () =>
        {
            Should.Throw<InvalidOperationException>(loop.Start);
            loop.Attach();
        });
        InLoop(loop, () => { });
        host.Faults.ShouldBeEmpty();
    }

    [Fact]
    public void A_start_is_ended_by_a_stop_and_RunSync_by_its_function()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        for (int round = 0; round < 50; round++)
        {
            var start = Task.Factory.StartNew(loop.Start, TaskCreationOptions.LongRunning);
            Await(loop.InvokeAsync(() => host.IsOnHostThread.ShouldBeTrue()), "a callback");
            loop.Stop();
            Await(start, "the start");
            loop.IsRunning.ShouldBeFalse();
            loop.RunSync(async () =>
            {
                await Task.Yield();
                host.IsOnHostThread.ShouldBeTrue();
                return round;
            }).ShouldBe(round);
        }
    }

    [Fact]
    public void RunSync_times_out_though_the_host_serves_nothing_and_can_be_used_again()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var release = Hold(host);
        for (int round = 0; round < 3; round++)
        {
            Should.Throw<TimeoutException>(() => loop.RunSync(() => Assert.Fail("it was given up"), Limit));
            loop.IsRunning.ShouldBeFalse();
        }
        release.Set();
        loop.RunSync(() => 42, Patience).ShouldBe(42);
        Settle(host);
        loop.RunSync(() => 43).ShouldBe(43);
    }

    [Fact]
    public void RunSync_times_out_while_its_function_is_stuck_and_the_run_ends_with_that_turn()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var release = NewEvent();
        Should.Throw<TimeoutException>(() => loop.RunSync(() => { release.Wait(Patience); }, Limit));
        release.Set();
        Until(() => !loop.IsRunning, "the turn has ended");
        loop.RunSync(() => 42).ShouldBe(42);
    }

    [Fact]
    public void A_run_that_was_given_up_in_the_middle_of_a_call_is_waited_for_by_all_but_that_call()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        ManualResetEventSlim entered = NewEvent(), resume = NewEvent(), resumed = NewEvent(), leave = NewEvent();
        Exception? refused = null;
        while (!entered.IsSet) // on a slow machine the time may be over before the function has begun
        {
            Should.Throw<TimeoutException>(() => loop.RunSync(() =>
            {
                entered.Set();
                resume.Wait(Patience);
                refused = Record.Exception(() => loop.RunSync(() => { }));
                resumed.Set();
                leave.Wait(Patience);
            }, Limit));
        }
        resume.Set();
        Await(resumed, "the call to be refused");
        refused.ShouldBeOfType<InvalidOperationException>();
        Should.Throw<InvalidOperationException>(loop.Attach);
        var start = Task.Factory.StartNew(loop.Start, TaskCreationOptions.LongRunning);
        var callback = loop.InvokeAsync(() => { });
        leave.Set();
        Await(callback, "a callback in the next run");
        loop.Stop();
        Await(start, "the start");
        start.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void RunSync_times_out_while_its_function_waits()
    {
        var loop = NewLoop(NewHost());
        var late = new TaskCompletionSource();
        Should.Throw<TimeoutException>(() => loop.RunSync(() => late.Task, Limit));
        loop.IsRunning.ShouldBeFalse();
        loop.RunSync(async () =>
        {
            late.SetResult(); // stops nothing
            await Task.Delay(Limit);
            return 42;
        }).ShouldBe(42);
    }

    [Fact]
    public void RunSyncs_whose_time_is_over_just_when_they_end_leave_the_loop_usable()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        for (int round = 0; round < 60; round++)
        {
            var release = Hold(host);
            // The grace that a limit has is about to be over when the host comes back.
            Own(new Timer(_ => release.Set(), null, 100 + (round % 8), Timeout.Infinite));
            var failure = Record.Exception(() => loop.RunSync(() => { }, TimeSpan.FromMilliseconds(1)));
            (failure is null or TimeoutException).ShouldBeTrue($"{failure}");
            if (round % 2 == 0)
            {
                Settle(host);
                loop.IsRunning.ShouldBeFalse();
            }
            loop.RunSync(() => round).ShouldBe(round);
        }
    }

    [Fact]
    public void Runs_are_attached_and_stopped_by_many_threads_without_getting_stuck()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        int attached = 0;
        var threads = Enumerable.Range(0, 4).Select(_ => OtherThread.Start(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                try
                {
                    loop.Attach();
                    Interlocked.Increment(ref attached);
                }
                catch (InvalidOperationException)
                {
                    loop.Stop();
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Join());
        attached.ShouldBeGreaterThan(0);
        loop.Stop();
        Until(() => !loop.IsRunning, "the loop has stopped");
        if (Record.Exception(() => loop.RunSync(() => { })) is { } stopped) // by a stop that came too late for its run
            stopped.ShouldBeOfType<InvalidOperationException>();
        loop.RunSync(() => 42).ShouldBe(42);
    }
}
