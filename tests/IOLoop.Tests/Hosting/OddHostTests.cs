using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>Hosts that are not as one would wish, and those that are special.</summary>
public sealed class OddHostTests : HostingHarness
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_host_that_runs_turns_inside_Post_is_refused(bool swallows)
    {
        var loop = NewLoop(new InlineHost(swallows));
        loop.AddCallback(() => Assert.Fail("it ran inside Post"));
        Should.Throw<InvalidOperationException>(loop.Attach).Message.ShouldContain("inside Post");
        loop.IsRunning.ShouldBeFalse();
        Should.Throw<InvalidOperationException>(loop.Start).Message.ShouldContain("inside Post");
        Should.Throw<InvalidOperationException>(() => loop.RunSync(() => { })).Message.ShouldContain("inside Post");
        loop.Close();
    }

    [Fact]
    public void A_host_whose_failure_cannot_say_what_it_is_ends_the_run_like_any_other()
    {
        var loop = NewLoop(new MuteHost());
        Should.Throw<InvalidOperationException>(loop.Attach).Message.ShouldContain("gone");
        loop.IsRunning.ShouldBeFalse();
        Log.Entries.ShouldHaveSingleItem().Message.ShouldContain("has stopped");
    }

    [Theory]
    [InlineData(TimerKind.Early)]
    [InlineData(TimerKind.Late)]
    [InlineData(TimerKind.Twice)]
    [InlineData(TimerKind.OnItsOwnThread)]
    [InlineData(TimerKind.NotCancelled)]
    public void Odd_timers_make_no_timeout_early_double_or_lost(TimerKind kind)
    {
        const int Count = 30;
        var host = NewHost();
        var loop = NewLoop(new OddTimerHost(host, kind));
        var fired = new List<int>();
        int early = 0;
        int inside = 0;
        int overlaps = 0;
        var all = NewEvent();
        for (int i = 0; i < Count; i++)
        {
            int number = i;
            var due = loop.Time + TimeSpan.FromMilliseconds(i / 2);
            loop.CallAt(due, () =>
            {
                if (Interlocked.Exchange(ref inside, 1) != 0)
                    overlaps++;
                early += loop.Time < due ? 1 : 0;
                fired.Add(number);
                loop.RemoveTimeout(loop.CallLater(TimeSpan.FromMilliseconds(1), () => early++));
                if (fired.Count == Count)
                    all.Set();
                Volatile.Write(ref inside, 0);
            });
        }
        loop.Attach();
        for (int i = 0; i < 200; i++)
        {
            loop.AddCallback(() =>
            {
                if (Interlocked.Exchange(ref inside, 1) != 0)
                    overlaps++;
                Thread.SpinWait(1000);
                Volatile.Write(ref inside, 0);
            });
            Thread.SpinWait(5000);
        }
        Await(all, "all timeouts");
        Await(loop.InvokeAsync(() => { }), "a callback");
        early.ShouldBe(0);
        overlaps.ShouldBe(0);
        fired.ShouldBe(Enumerable.Range(0, Count));
    }

    [Fact]
    public void A_host_without_timers_has_those_of_the_system_and_they_are_never_early()
    {
        var host = NewHost();
        var loop = Attached(host);
        var left = new CountdownEvent(50);
        int early = 0;
        InLoop(loop, () =>
        {
            for (int i = 0; i < 50; i++)
            {
                var due = loop.Time + TimeSpan.FromMicroseconds(i * 730);
                loop.CallAt(due, () =>
                {
                    early += loop.Time < due ? 1 : 0;
                    left.Signal();
                });
            }
        });
        left.Wait(Patience).ShouldBeTrue();
        early.ShouldBe(0);
        left.Dispose();
    }

    [Fact]
    public void A_timer_that_finds_the_host_gone_ends_the_run()
    {
        var host = NewHost();
        var loop = Attached(host);
        InLoop(loop, () =>
        {
            loop.CallLater(TimeSpan.FromMilliseconds(10), () => Assert.Fail("the host has gone"));
            host.End();
        });
        Until(() => !loop.IsRunning, "the timer has found the host gone");
        Log.Entries.Count.ShouldBe(1);
    }

    [Fact]
    public void A_timer_that_cannot_be_cancelled_ends_the_run_and_nothing_escapes_into_the_host()
    {
        var host = NewHost();
        var loop = NewLoop(new OddTimerHost(host, TimerKind.FailsToCancel));
        loop.Attach();
        TimeoutHandle timeout = default;
        InLoop(loop, () => timeout = loop.CallLater(TimeSpan.FromHours(1), () => { }));
        Settle(host);
        loop.AddCallback(() => loop.RemoveTimeout(timeout));
        Until(() => !loop.IsRunning, "the run has ended");
        OnHost(host, () => { });
        Log.Entries.Count.ShouldBe(1);
    }

    [Fact]
    public void A_host_that_fails_to_set_a_timer_ends_the_run_and_whoever_waits_for_it_is_told()
    {
        var loop = NewLoop(new NoTimerHost(NewHost()));
        loop.RunSync(() => 42).ShouldBe(42); // it needs none
        var start = Task.Factory.StartNew(loop.Start, TaskCreationOptions.LongRunning);
        loop.AddCallback(() => loop.CallLater(TimeSpan.FromHours(1), () => Assert.Fail("no timer can be due")));
        Await(start.ContinueWith(_ => { }, TaskScheduler.Default), "the start to end");
        start.Exception.ShouldNotBeNull().InnerException.ShouldBeOfType<InvalidOperationException>().Message.ShouldContain("no timers");
        loop.IsRunning.ShouldBeFalse();
        Log.Entries.Count(entry => entry.Message.Contains("has stopped", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void A_context_is_as_it_was_when_a_turn_has_ended()
    {
        var context = Own(new QueueContext());
        var loop = Watched(new SynchronizationContextIOLoop(context));
        loop.Attach();
        SynchronizationContext? inside = null;
        InLoop(loop, () => inside = SynchronizationContext.Current);
        inside.ShouldBe(loop.SynchronizationContext);
        SynchronizationContext? after = null;
        bool wasCurrent = true;
        context.Send(_ =>
        {
            after = SynchronizationContext.Current;
            wasCurrent = ReferenceEquals(IOLoop.Current, loop);
        }, null);
        after.ShouldBe(context);
        wasCurrent.ShouldBeFalse();
        IOLoop.ClearInstance();
    }

    [Fact]
    public void A_context_without_a_thread_of_its_own_keeps_a_start_going()
    {
        var loop = Watched(new SynchronizationContextIOLoop(new ThreadPerPostContext()));
        var start = Task.Factory.StartNew(loop.Start, TaskCreationOptions.LongRunning);
        var pause = NewEvent();
        for (int i = 0; i < 20; i++)
        {
            Await(loop.InvokeAsync(() => { }), "a callback");
            pause.Wait(10); // for the thread to end
            start.IsCompleted.ShouldBeFalse("the thread of a post ended, not the host");
        }
        loop.Stop();
        Await(start, "the start");
        start.Exception.ShouldBeNull();
    }

    [Fact]
    public void A_start_is_not_refused_on_a_thread_that_once_ran_a_turn_of_a_context_with_many_threads()
    {
        using var context = new LingeringThreadsContext();
        var loop = Watched(new SynchronizationContextIOLoop(context));
        for (int i = 0; i < 3; i++)
            loop.RunSync(() => { });
        context.RunOnEach(() =>
        {
            loop.IsOnLoopThread.ShouldBeFalse();
            loop.AddCallback(loop.Stop);
            loop.Start();
        });
    }

    [Fact]
    public void Other_work_of_the_pool_is_not_on_the_thread_of_a_loop_whose_context_posts_there()
    {
        var loop = Watched(new SynchronizationContextIOLoop(new PoolContext()));
        loop.Attach();
        PoolContext.AskOnThreadOf(loop, () => loop.IsOnLoopThread).ShouldBeFalse();
        loop.Stop();
        Until(() => !loop.IsRunning, "the loop has stopped");
    }

    [Fact]
    public void A_clock_and_a_wall_clock_of_the_host_are_the_loop_s()
    {
        var host = new FixedClockHost();
        var loop = Watched(new HostedIOLoop(host));
        loop.Time.ShouldBe(host.Now);
        loop.TimeProvider.GetUtcNow().ShouldBe(host.UtcNow);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused_and_leave_nothing_open()
    {
        var host = NewHost();
        Should.Throw<ArgumentOutOfRangeException>(() => new HostedIOLoop(host, new HostedIOLoopOptions { MaxEventsPerTurn = 0 }));
        Should.Throw<ArgumentNullException>(() => new HostedIOLoop(null!));
        Should.Throw<ArgumentNullException>(() => new SynchronizationContextIOLoop(null!));
        Should.Throw<PlatformNotSupportedException>(() => new HostedIOLoop(host, new HostedIOLoopOptions { Poller = PollerKind.Kqueue }));
    }

    private sealed class MuteHost : ILoopHost
    {
        public void Post(Action turn) => throw new MuteException();
    }
}
