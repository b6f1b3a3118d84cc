using System.Collections.Concurrent;
using System.Diagnostics;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>Hosts, timers and loggers that take their time, or wait for the host's thread: nothing of the loop's waits for them.</summary>
public sealed class ForeignCodeTests : HostingHarness
{
    // B6: these were called under the lock that the next turn waited for.
    [Fact]
    public void What_ends_a_lost_run_may_wait_for_the_host_s_thread_though_a_turn_comes_there()
    {
        var strict = NewHost();
        var waits = new ConcurrentQueue<(string What, bool Passed)>();
        ManualResetEventSlim? release = null;
        void WaitForHost(string what)
        {
            if (strict.IsOnHostThread || release is null)
                return;
            using var passed = new ManualResetEventSlim();
            strict.PostOwn(passed.Set); // behind the turn that waits there
            release.Set();
            waits.Enqueue((what, passed.Wait(Patience)));
        }
        var host = new MarshallingHost(strict, WaitForHost);
        using var log = new CallingLoggerFactory(() => WaitForHost("the logger"));
        var loop = Watched(new HostedIOLoop(host, new HostedIOLoopOptions { LoggerFactory = log }));
        loop.Attach();
        InLoop(loop, () => loop.CallLater(TimeSpan.FromHours(1), () => { }));
        Settle(strict);
        release = Hold(strict);
        loop.AddCallback(() => { }); // a turn that is posted
        host.Go();
        loop.Stop();
        Until(() => !loop.IsRunning, "the run is lost");
        release = null; // nothing waits for the host when it ends
        waits.Where(wait => !wait.Passed).ShouldBeEmpty();
        waits.Select(wait => wait.What).ShouldBe(["the timer's disposal", "OnRunEnded", "the logger"]);
    }

    // B7: only the loop handles what a timer of the system throws.
    [Fact]
    public void A_timer_that_cannot_post_to_a_host_that_wraps_what_it_is_given_ends_the_run()
    {
        var host = new WrappingHost(NewHost());
        var loop = NewLoop(host);
        loop.Attach();
        InLoop(loop, () =>
        {
            loop.CallLater(TimeSpan.FromMilliseconds(20), () => Assert.Fail("the host has gone"));
            host.IsGone = true;
        });
        Until(() => !loop.IsRunning, "the timer has found the host gone");
        loop.Completion.IsFaulted.ShouldBeTrue();
    }

    // B9: what comes while a turn runs elsewhere returns.
    [Fact]
    public void A_timer_of_a_host_without_a_thread_does_not_wait_for_a_callback_that_takes_long()
    {
        var host = new PoolTimerHost();
        var loop = NewLoop(host);
        loop.Attach();
        var release = NewEvent();
        var inside = NewEvent();
        InLoop(loop, () => loop.CallLater(TimeSpan.FromHours(1), () => Assert.Fail("an hour has not passed")));
        Until(() => host.HasTimers, "the timer is armed");
        var fired = NewEvent();
        loop.AddCallback(() =>
        {
            inside.Set();
            release.Wait(Patience * 2);
        });
        Await(inside, "the callback");
        var timer = OtherThread.Start(() =>
        {
            host.FireAll();
            fired.Set();
        });
        bool cameBack = fired.Wait(Patience);
        release.Set();
        timer.Join();
        cameBack.ShouldBeTrue("the timer waited for the callback");
        Await(loop.InvokeAsync(() => { }), "a callback");
    }

    // B12: that a question is refused says nothing about the turn that is posted already.
    [Fact]
    public void A_host_that_refuses_a_question_once_is_not_given_a_second_turn_by_the_next_run()
    {
        var strict = NewHost();
        var host = new WrappingHost(strict) { Wraps = false };
        var loop = NewLoop(host);
        loop.Attach();
        Settle(strict);
        var release = Hold(strict);
        loop.AddCallback(() => { }); // a turn that is posted
        host.IsGone = true;
        loop.Stop();
        Until(() => !loop.IsRunning, "the run is lost");
        host.IsGone = false;
        loop.Attach();
        release.Set();
        InLoop(loop, () => { });
        strict.Faults.ShouldBeEmpty();
    }

    private sealed class WrappingHost(StrictHost host) : ILoopHost
    {
        internal volatile bool IsGone;

        internal bool Wraps { get; init; } = true;

        public void Post(Action turn)
        {
            ObjectDisposedException.ThrowIf(IsGone, this);
            if (Wraps)
                host.PostOwn(() => turn());
            else
                host.Post(turn);
        }
    }

    /// <summary>A host without a thread whose timers fire when the test says so.</summary>
    private sealed class PoolTimerHost : IHostClock
    {
        private readonly ConcurrentQueue<Action> _timers = [];

        public LoopTime Now => new(Stopwatch.GetElapsedTime(0).Ticks);

        public DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

        public void Post(Action turn) => ThreadPool.QueueUserWorkItem(_ => turn());

        public IDisposable PostAfter(TimeSpan delay, Action turn)
        {
            _timers.Enqueue(turn);
            return new MemoryStream(); // it comes when the test says so
        }

        internal bool HasTimers => !_timers.IsEmpty;

        internal void FireAll()
        {
            // Those that are there: a turn that one of them runs sets another.
            for (int left = _timers.Count; left > 0 && _timers.TryDequeue(out var turn); left--)
                turn();
        }
    }
}
