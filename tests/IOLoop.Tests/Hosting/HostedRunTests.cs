using IOLoops.Conformance;
using IOLoops.Hosting;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>The states of a run, and what a thread blocks on that waits for it.</summary>
public sealed class HostedRunTests : HostingHarness
{
    [Fact]
    public void What_fails_behind_a_run_s_end_is_not_the_run_s()
    {
        var ended = new HostedRun(isAwaited: false);
        End(ended);
        ended.TryLose(new InvalidOperationException("a post that was on its way, to a host that has gone since")).ShouldBeFalse();
        Should.NotThrow(ended.ThrowIfLost);
        var lost = new HostedRun(isAwaited: false);
        lost.TryLose(new InvalidOperationException("gone")).ShouldBeTrue();
        Should.Throw<InvalidOperationException>(lost.ThrowIfLost).Message.ShouldBe("gone");
        End(lost);
        Should.Throw<InvalidOperationException>(lost.ThrowIfLost).Message.ShouldBe("gone");
    }

    [Fact]
    public void The_first_failure_is_the_one_that_a_run_was_lost_by_also_when_it_was_given_up()
    {
        var run = new HostedRun(isAwaited: true);
        run.Abandon();
        run.TryLose(new InvalidOperationException("first"));
        run.TryLose(new InvalidOperationException("second"));
        run.Abandon();
        run.Reason.ShouldBe(EndReason.Lost);
        Should.Throw<InvalidOperationException>(run.ThrowIfLost).Message.ShouldBe("first");
    }

    [Fact]
    public void A_wait_for_a_thread_that_has_ended_is_told_so_each_time()
    {
        using var first = new RunWait(CancellationToken.None);
        using var second = new RunWait(CancellationToken.None);
        OtherThread.Run(() =>
        {
            first.OnBegun(isHostThread: true);
            second.OnBegun(isHostThread: true);
        });
        first.AwaitEndOrThread(Patience).ShouldBe(WaitOutcome.ThreadEnded);
        second.AwaitEndOrThread(Patience).ShouldBe(WaitOutcome.ThreadEnded);
        second.OnFinished();
        second.AwaitEndOrThread(Patience).ShouldBe(WaitOutcome.Ended);
    }

    [Fact]
    public void A_host_is_usable_after_many_runs_that_were_given_up()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        for (int i = 0; i < 3; i++)
        {
            var begun = NewEvent();
            var release = NewEvent();
            var never = new TaskCompletionSource();
            Should.Throw<TimeoutException>(() => loop.RunSync(() =>
            {
                host.PostOwn(() =>
                {
                    begun.Set();
                    release.Wait(Patience);
                });
                return never.Task;
            }, TimeSpan.FromMilliseconds(50)));
            begun.IsSet.ShouldBeTrue();
            release.Set();
            loop.RunSync(() => i, Patience).ShouldBe(i);
        }
        OtherThread.Run(() => loop.RunSync(() => 1, Patience).ShouldBe(1));
    }

    private static void End(HostedRun run)
    {
        run.BeginEnding();
        run.DecideFailure();
        run.End();
    }
}
