using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>Cancelling a RunSync that waits for a host which runs nothing.</summary>
public sealed class CancelledRunTests : HostingHarness
{
    [Fact]
    public void Cancelling_ends_a_RunSync_whose_host_is_busy_before_the_first_turn()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var release = Hold(host);
        bool ran = false;
        using var source = new CancellationTokenSource();
        var run = Task.Run(() => loop.RunSync(() => { ran = true; }, null, source.Token));
        Until(() => loop.IsRunning, "the run has begun");
        source.Cancel();
        Await(run, "the cancelled run");
        Should.Throw<OperationCanceledException>(() => run.GetAwaiter().GetResult()).CancellationToken.ShouldBe(source.Token);
        loop.IsRunning.ShouldBeFalse();
        release.Set();
        Settle(host);
        ran.ShouldBeFalse();
        loop.Close();
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void Cancelling_ends_a_RunSync_whose_host_is_busy_between_two_turns()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        using var source = new CancellationTokenSource();
        var begun = NewEvent();
        var run = Task.Run(() => loop.RunSync(() =>
        {
            begun.Set();
            return new TaskCompletionSource().Task;
        }, null, source.Token));
        Await(begun, "the function");
        var release = Hold(host);
        source.Cancel();
        Await(run, "the cancelled run");
        Should.Throw<OperationCanceledException>(() => run.GetAwaiter().GetResult()).CancellationToken.ShouldBe(source.Token);
        Until(() => !loop.IsRunning, "the run has ended");
        release.Set();
    }

    [Fact]
    public void Cancelling_ends_a_RunSync_that_pumps_a_host_which_runs_no_turn()
    {
        var loop = NewLoop(new RefusingHost(NewHost(isPumpable: true)) { Forgets = true });
        using var source = new CancellationTokenSource();
        var run = Task.Run(() => loop.RunSync(() => new TaskCompletionSource().Task, null, source.Token));
        Until(() => loop.IsRunning, "the run has begun");
        source.Cancel();
        Await(run, "the cancelled run");
        Should.Throw<OperationCanceledException>(() => run.GetAwaiter().GetResult());
    }
}
