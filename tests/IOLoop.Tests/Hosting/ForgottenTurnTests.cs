using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>A host that drops a turn silently, and continues; or drops all that it is given.</summary>
public sealed class ForgottenTurnTests : HostingHarness
{
    private const int Everything = 1_000_000;

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    private readonly TaskCompletionSource _never = new();

    // Row: A host that drops a turn
    [Fact]
    public void StopAsync_ends_a_loop_whose_host_forgot_one_turn_and_runs_others()
    {
        var (strict, host, loop) = NewLoop(isPumpable: false);
        loop.Attach();
        Settle(strict);
        host.Forget(1);
        var accepted = loop.InvokeAsync(() => { });
        host.HasForgotten.ShouldBeTrue();
        Await(loop.StopAsync(), "the end of the run");
        Log.Entries.ShouldBeEmpty();
        loop.Attach();
        Await(accepted, "what was accepted, in the next run");
    }

    // Row: A host that drops a turn
    [Fact]
    public void A_run_that_begins_while_the_host_forgets_a_turn_gets_another()
    {
        var (strict, host, loop) = NewLoop(isPumpable: false);
        loop.Attach();
        Settle(strict);
        using var hasForgotten = new ManualResetEventSlim();
        using var mayReturn = new ManualResetEventSlim();
        host.Forgot = () =>
        {
            hasForgotten.Set();
            Bounded.Await(mayReturn, "the next run");
        };
        host.Forget(1);
        var accepted = new TaskCompletionSource();
        var poster = OtherThread.Start(() => loop.AddCallback(accepted.SetResult));
        Bounded.Await(hasForgotten, "a turn that is dropped");
        OnHost(strict, loop.Stop); // ends the run at once
        loop.Attach();
        Settle(strict); // it has asked for the turn, of which it cannot know yet
        mayReturn.Set();
        Await(accepted.Task, "what was accepted");
        poster.Join();
    }

    // Row: Host gone
    [Fact]
    public void A_RunSync_in_a_turn_whose_host_was_reported_lost_does_not_wait_for_the_host()
    {
        var host = new ForgetfulHost(NewHost(isPumpable: true));
        using var loop = Watched(new EndingLoop(host, new HostedIOLoopOptions { LoggerFactory = Log, TurnBudget = null }));
        Exception? thrown = null;
        loop.AddCallback(() =>
        {
            loop.LoseHost(new TestException("the window was destroyed"));
            host.Forget(Everything);
            thrown = Record.Exception(() => loop.RunSync(() => _never.Task));
        });
        var run = OtherThread.Start(() => Record.Exception(loop.Start));
        run.Join();
        thrown.ShouldBeOfType<InvalidOperationException>().Message.ShouldContain("the window was destroyed");
    }

    // Row: RunSync timeouts
    [Fact]
    public void A_nested_RunSync_ends_in_time_when_the_host_forgot_its_turn_and_the_loop_continues()
    {
        var (strict, host, loop) = NewLoop(isPumpable: true);
        var run = OtherThread.Start(loop.Start);
        Exception? thrown = null;
        var nested = loop.InvokeAsync(() =>
        {
            host.Forget(1);
            thrown = Record.Exception(() => loop.RunSync(() => _never.Task, Short));
        });
        Await(nested, "the end of the nested RunSync");
        thrown.ShouldBeOfType<TimeoutException>();
        Await(loop.InvokeAsync(() => { }), "a later callback");
        loop.Stop();
        run.Join();
        strict.Faults.ShouldBeEmpty();
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_nested_RunSync_ends_in_time_when_the_host_runs_no_turn_any_more(bool isCancelled)
    {
        var (_, host, loop) = NewLoop(isPumpable: true);
        var run = OtherThread.Start(() => Record.Exception(loop.Start));
        using var cancelling = new CancellationTokenSource();
        Exception? thrown = null;
        var nested = loop.InvokeAsync(() =>
        {
            host.Forget(Everything);
            thrown = isCancelled
                ? Record.Exception(() => CancelWhileRunning(loop, cancelling))
                : Record.Exception(() => loop.RunSync(() => _never.Task, Short));
            host.Forget(0);
            loop.Stop();
        });
        Await(nested, "the end of the nested RunSync");
        ShouldHaveEnded(thrown, isCancelled);
        run.Join();
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_RunSync_that_pumps_ends_in_time_when_the_host_runs_no_turn(bool isCancelled)
    {
        var (_, host, loop) = NewLoop(isPumpable: true);
        using var cancelling = new CancellationTokenSource();
        Exception? thrown = null;
        bool ran = false;
        host.Forget(Everything);
        OtherThread.Run(() => thrown = isCancelled
            ? Record.Exception(() => CancelWhileRunning(loop, cancelling))
            : Record.Exception(() => loop.RunSync(() => _never.Task, Short)));
        ShouldHaveEnded(thrown, isCancelled);
        host.Forget(0);
        OtherThread.Run(() => loop.RunSync(() => ran = true, Patience));
        ran.ShouldBeTrue();
    }

    protected override void Dispose(bool disposing)
    {
        _never.TrySetResult(); // that no thread stays
        base.Dispose(disposing);
    }

    private void CancelWhileRunning(HostedIOLoop loop, CancellationTokenSource cancelling)
    {
        cancelling.CancelAfter(Short);
        loop.RunSync(() => _never.Task, null, cancelling.Token);
    }

    private static void ShouldHaveEnded(Exception? thrown, bool isCancelled)
    {
        if (isCancelled)
            thrown.ShouldBeAssignableTo<OperationCanceledException>();
        else
            thrown.ShouldBeOfType<TimeoutException>();
    }

    private (StrictHost Strict, ForgetfulHost Host, HostedIOLoop Loop) NewLoop(bool isPumpable)
    {
        var strict = NewHost(isPumpable);
        var host = new ForgetfulHost(strict);
        return (strict, host, NewLoop(host));
    }
}
