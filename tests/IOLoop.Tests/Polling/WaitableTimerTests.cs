using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using IOLoops.Conformance;
using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

/// <summary>The precise timers of Windows.</summary>
[SupportedOSPlatform("windows")]
public sealed class WaitableTimerTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void Each_time_that_is_set_brings_a_call()
    {
        var called = new SemaphoreSlim(0); // a late call may still release it
        using var timer = Create(() => called.Release());
        for (int round = 0; round < 200; round++)
        {
            timer.TrySet(round).ShouldBeTrue(); // 0 to 20 us
            called.Wait(Bounded.Patience).ShouldBeTrue($"no call in round {round}");
        }
    }

    [Fact]
    public void A_nearer_time_takes_the_place_of_a_later_one()
    {
        var called = new ManualResetEventSlim();
        using var timer = Create(called.Set);
        timer.TrySet(Hour.Ticks).ShouldBeTrue();
        timer.TrySet(TimeSpan.FromMilliseconds(1).Ticks).ShouldBeTrue();
        Bounded.Await(called, "the nearer time");
    }

    [Fact]
    public void No_call_is_lost_when_times_are_set_while_signals_come()
    {
        var called = new SemaphoreSlim(0); // a late call may still release it
        long due = 0;
        WaitableTimer? timer = null;
        var gate = new Lock();
        timer = Create(() =>
        {
            lock (gate)
            {
                if (Environment.TickCount64 < Volatile.Read(ref due))
                    timer!.TrySet(1); // it came early: for what is left
                else
                    called.Release();
            }
        });
        for (int round = 0; round < 300; round++)
        {
            lock (gate)
            {
                Volatile.Write(ref due, Environment.TickCount64 + 1);
                for (int i = 0; i < 5; i++)
                    timer.TrySet(i * 50).ShouldBeTrue(); // some are signalled before the next is set
            }
            called.Wait(Bounded.Patience).ShouldBeTrue($"no call in round {round}");
        }
        timer.Dispose();
    }

    [Fact]
    public void A_timer_that_nobody_knows_is_collected_unless_it_is_set()
    {
        var called = new ManualResetEventSlim();
        var (idle, set) = Forget(called);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Bounded.Await(called, "the timer that is set");
        Within(() => !idle.IsAlive && !set.IsAlive).ShouldBeTrue();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Idle, WeakReference Set) Forget(ManualResetEventSlim called)
    {
        var idle = Create(static () => { });
        var set = Create(called.Set);
        set.TrySet(TimeSpan.FromMilliseconds(500).Ticks).ShouldBeTrue();
        return (new WeakReference(idle), new WeakReference(set));
    }

    private static bool Within(Func<bool> condition) => SpinWait.SpinUntil(() =>
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return condition();
    }, Bounded.Patience);

    private static WaitableTimer Create(Action onDue)
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "only Windows has waitable timers");
        var timer = WaitableTimer.TryCreate(onDue);
        Assert.SkipWhen(timer is null, "this Windows has no precise timers");
        return timer!;
    }
}
