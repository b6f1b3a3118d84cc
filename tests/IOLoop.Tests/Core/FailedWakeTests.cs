using IOLoops.Conformance;
using IOLoops.Polling;
using IOLoops.Tests.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

/// <summary>A native loop whose waker the system refuses to write to.</summary>
public sealed class FailedWakeTests : IDisposable
{
    private readonly FailingWaker _waker = new();
    private readonly PollIOLoop _loop;

    public FailedWakeTests() => _loop = new PollIOLoop(new PollIOLoopOptions(), (_, _) => new EpollPoller(_waker));

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void A_wake_that_fails_once_is_tried_again()
    {
        var run = _loop.RunAsync(TestContext.Current.CancellationToken);
        _waker.Fail(1);
        while (!_waker.IsWell) // a post to a loop that is awake needs no wake-up
            Bounded.Await(_loop.InvokeAsync(static () => { }), "a callback");
        Stop(run);
    }

    [Fact]
    public void A_wake_that_fails_twice_is_reported_and_the_next_post_wakes_the_loop()
    {
        var run = _loop.RunAsync(TestContext.Current.CancellationToken);
        var (failure, left) = PostUntilRefused();
        failure.Message.ShouldContain("could not be woken");
        failure.Message.ShouldContain("write (waker)");
        failure.HResult.ShouldBe(FailingWaker.EIO);
        Bounded.Await(_loop.InvokeAsync(static () => { }), "the next callback");
        Bounded.Await(left, "the callback that could not wake the loop");
        Stop(run);
    }

    [Fact]
    public void A_run_that_can_be_cancelled_begins_without_a_wake()
    {
        _waker.Fail(2);
        using var source = new CancellationTokenSource();
        var run = _loop.RunAsync(source.Token);
        Bounded.Until(() => _loop.IsRunning || run.IsCompleted, "the loop runs");
        _waker.Left.ShouldBe(2, $"the run has woken its own loop: {run.Exception}");
        _waker.Fail(0);
        source.Cancel();
        Bounded.Await(run, "the end of the run");
        run.IsCompletedSuccessfully.ShouldBeTrue(run.Exception?.ToString());
    }

    [Fact]
    public void A_run_that_cannot_make_the_loops_descriptor_readable_is_over_all_the_same()
    {
        var ended = Task.CompletedTask;
        _loop.AddCallback(() =>
        {
            ended = _loop.StopAsync(TestContext.Current.CancellationToken);
            _loop.AddCallback(static () => { }); // left for the next run
            _waker.Fail(2);
        });
        Should.Throw<IOException>(_loop.Start).Message.ShouldContain("could not be woken");
        ended.IsCompleted.ShouldBeTrue();
        _loop.IsRunning.ShouldBeFalse();
        _loop.RunOnce(TimeSpan.Zero).ShouldBe(1);
    }

    private (IOException Failure, Task Left) PostUntilRefused()
    {
        while (true)
        {
            var ran = new TaskCompletionSource();
            _waker.Fail(2); // each time: where the loop wakes by itself after the first failure, the second does not occur
            try
            {
                _loop.AddCallback(ran.SetResult);
            }
            catch (IOException exception)
            {
                return (exception, ran.Task);
            }
            Bounded.Await(ran.Task, "a callback");
        }
    }

    private void Stop(Task run)
    {
        _loop.Stop();
        Bounded.Await(run, "the end of the run");
        run.IsCompletedSuccessfully.ShouldBeTrue();
    }
}
