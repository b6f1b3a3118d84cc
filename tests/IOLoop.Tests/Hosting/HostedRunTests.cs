using IOLoops.Conformance;
using IOLoops.Hosting;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>What the host's thread owns for as long as somebody waits for a run.</summary>
public sealed class HostedRunTests : HostingHarness
{
    [Fact]
    public void What_fails_behind_a_run_s_end_is_not_the_run_s()
    {
        using var ended = new HostedRun(isAwaited: false);
        ended.End();
        ended.Lost = new InvalidOperationException("a post that was on its way, to a host that has gone since");
        Should.NotThrow(ended.ThrowIfLost);
        using var lost = new HostedRun(isAwaited: false);
        lost.Lost = new InvalidOperationException("gone");
        Should.Throw<InvalidOperationException>(lost.ThrowIfLost).Message.ShouldBe("gone");
        lost.End();
        Should.Throw<InvalidOperationException>(lost.ThrowIfLost).Message.ShouldBe("gone");
    }

    [Fact]
    public void A_run_that_ends_elsewhere_leaves_nothing_owned_by_the_host_s_thread_behind_its_next_turn()
    {
        var host = NewHost();
        using var run = new HostedRun(isAwaited: true);
        OnHost(host, () => run.Begin(isHostThread: true));
        run.End();
        run.TryReleaseLife().ShouldBeFalse();
        run.Life!.WaitOne(0).ShouldBeFalse();
        OnHost(host, () => run.TryReleaseLife().ShouldBeTrue());
        run.Life.WaitOne(0).ShouldBeTrue();
        run.Life.ReleaseMutex();
        run.TryReleaseLife().ShouldBeTrue();
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
}
