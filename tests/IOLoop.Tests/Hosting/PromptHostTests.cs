using System.Diagnostics;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>Hosts that are asked soon, as threads with windows are.</summary>
public sealed class PromptHostTests() : LoopHarness(new ContextFixture())
{
    private static readonly TimeSpan LongerThanTheBudget = new HostedIOLoopOptions().TurnBudget!.Value * 3;

    [Fact]
    public void A_host_that_sees_all_is_not_given_its_turn_unasked()
    {
        using var inner = new YieldingHost();
        var host = new PromptHost(inner, seesAll: true);
        RunUntil(host, new HostedIOLoopOptions(), begun => Stopwatch.GetElapsedTime(begun) > LongerThanTheBudget && inner.Questions > 10);
        host.Behind.ShouldBe(0);
    }

    [Fact]
    public void A_host_that_does_not_see_all_is_given_its_turn_now_and_then()
    {
        using var inner = new YieldingHost();
        var host = new PromptHost(inner, seesAll: false);
        RunUntil(host, new HostedIOLoopOptions(), _ => host.Behind > 2);
        inner.Questions.ShouldBeGreaterThan(host.Behind); // it is asked more often
    }

    [Fact]
    public void A_budget_that_was_set_is_kept_by_such_a_host_too()
    {
        using var inner = new YieldingHost();
        var host = new PromptHost(inner, seesAll: false);
        RunUntil(host, new HostedIOLoopOptions { TurnBudget = TimeSpan.FromDays(1) }, begun => Stopwatch.GetElapsedTime(begun) > LongerThanTheBudget);
        (inner.Questions, host.Behind).ShouldBe((0, 0));
        RunUntil(host, new HostedIOLoopOptions { TurnBudget = TimeSpan.Zero }, _ => host.Behind > 2);
        (host.Behind - inner.Questions).ShouldBe(0); // unasked whenever it saw nothing
    }

    [Fact]
    public void A_host_that_says_that_nothing_waits_is_not_asked_again_before_another_budget_has_gone_by()
    {
        using var inner = new YieldingHost();
        var host = new PromptHost(inner, seesAll: true);
        int turnsAfter = 0;
        RunUntil(host, new HostedIOLoopOptions { TurnBudget = LongerThanTheBudget }, _ => inner.Questions > 0 && ++turnsAfter == 20);
        inner.Questions.ShouldBeLessThan(10); // 1, unless the machine is very slow
    }

    /// <summary>Callbacks in turns of their own, until <paramref name="isOver"/> says so, which is given the time when they began.</summary>
    private void RunUntil(PromptHost host, HostedIOLoopOptions options, Func<long, bool> isOver)
    {
        var loop = Watched(new HostedIOLoop(host, options));
        long begun = Stopwatch.GetTimestamp();
        void Next()
        {
            if (isOver(begun))
                loop.Stop();
            else
                loop.AddCallback(Next);
        }
        loop.AddCallback(Next);
        Guarded(loop, "turns in a host that is asked soon", loop.Start);
    }
}
