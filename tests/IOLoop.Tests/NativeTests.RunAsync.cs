using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests;

/// <summary>A native loop on a thread of its own.</summary>
public abstract partial class NativeTests
{
    [Fact]
    public void RunAsync_runs_the_loop_on_a_background_thread_with_its_name_until_it_is_stopped()
    {
        var loop = (PollIOLoop)Loop;
        for (int run = 0; run < 2; run++)
        {
            Thread? thread = null;
            bool onLoop = false;
            loop.AddCallback(() => (thread, onLoop) = (Thread.CurrentThread, loop.IsOnLoopThread));
            var ended = loop.RunAsync(TestContext.Current.CancellationToken);
            Bounded.Until(() => Volatile.Read(ref thread) is not null, "a callback ran");
            ended.IsCompleted.ShouldBeFalse();
            onLoop.ShouldBeTrue();
            thread!.IsBackground.ShouldBeTrue();
            thread.Name.ShouldBe(loop.Name);
            loop.Stop();
            Bounded.Await(ended, "the end of the run");
            ended.IsCompletedSuccessfully.ShouldBeTrue();
            loop.IsRunning.ShouldBeFalse();
        }
    }

    [Fact]
    public void The_token_of_RunAsync_stops_the_loop_and_is_no_error()
    {
        var loop = (PollIOLoop)Loop;
        using var source = new CancellationTokenSource();
        var ended = loop.RunAsync(source.Token);
        Bounded.Until(() => loop.IsRunning, "the loop runs");
        source.Cancel();
        Bounded.Await(ended, "the end of the run");
        ended.IsCompletedSuccessfully.ShouldBeTrue();
        var stopped = loop.RunAsync(source.Token);
        Bounded.Await(stopped, "the end of a run whose token was cancelled before");
        stopped.IsCompletedSuccessfully.ShouldBeTrue();
        loop.AddCallback(loop.Stop);
        Run("a run that no token ends");
    }

    [Fact]
    public void A_run_with_a_token_that_was_stopped_before_it_began_leaves_nothing_to_report()
    {
        var loop = (PollIOLoop)Loop;
        using var source = new CancellationTokenSource();
        loop.Stop();
        var ended = loop.RunAsync(source.Token);
        Bounded.Await(ended, "the end of the run");
        loop.Close();
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void RunAsync_of_a_loop_that_runs_fails_and_of_a_closed_one_throws()
    {
        var loop = (PollIOLoop)Loop;
        var first = loop.RunAsync(TestContext.Current.CancellationToken);
        Bounded.Until(() => loop.IsRunning, "the loop runs");
        var second = loop.RunAsync(TestContext.Current.CancellationToken);
        Bounded.Await(second, "the refusal");
        second.Exception.ShouldNotBeNull().InnerException.ShouldBeOfType<InvalidOperationException>();
        loop.IsRunning.ShouldBeTrue();
        var stopped = loop.StopAsync(TestContext.Current.CancellationToken);
        Bounded.Await(stopped, "StopAsync");
        Bounded.Await(first, "the end of the run");
        loop.Close();
        Should.Throw<ObjectDisposedException>(() => { _ = loop.RunAsync(TestContext.Current.CancellationToken); });
    }
}
