using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: Failing handler or callback (a failed returned task is reported too)
    [Theory, InlineData(false), InlineData(true)]
    public void A_task_that_is_cancelled_is_reported_like_one_that_fails(bool later)
    {
        Failures.Expected = true;
        Func<Task> callback = later ? CancelLaterAsync : static () => Task.FromCanceled(new CancellationToken(canceled: true));
        PeriodicCallback? periodic = null;
        Func<Task> tick = () =>
        {
            periodic!.Stop();
            return callback();
        };
        AsyncIOHandler handler = (fd, _) =>
        {
            Loop.RemoveHandler(fd);
            return callback();
        };
        Loop.AddCallback(callback);
        Loop.TryAddCallback(callback).ShouldBeTrue();
        Loop.SpawnCallback(callback);
        Loop.CallAt(Loop.Time, callback);
        Loop.AddTimeout(TimeSpan.Zero, callback);
        Loop.AddHandler(NewEventFd(signalled: true).Number, handler, IOEvents.Read);
        periodic = new PeriodicCallback(tick, Moment, Loop);
        periodic.Start();
        StopAtFailure(7);
        Run("seven tasks to be cancelled");
        Failures.All.Select(args => args.Callback).ShouldBe([callback, callback, callback, callback, callback, handler, tick], ignoreOrder: true);
        Failures.All.ShouldAllBe(args => args.Exception is OperationCanceledException);

        async Task CancelLaterAsync()
        {
            await Turns(1);
            throw new OperationCanceledException();
        }
    }

    // RunSync: what was given up is reported when it fails.
    [Fact]
    public void A_function_that_RunSync_gave_up_and_that_is_cancelled_then_is_reported()
    {
        SkipUnless(!Fixture.UsesVirtualTime, "no thread moves the clock meanwhile");
        Failures.Expected = true;
        var late = new TaskCompletionSource();
        Func<Task> function = () => late.Task;
        Guarded("a timeout", () => Should.Throw<TimeoutException>(() => Loop.RunSync(function, Moment)));
        Bounded.Until(() => !Loop.IsRunning, "the run that was given up has ended");
        Loop.AddCallback(late.SetCanceled);
        StopAtFailure(1);
        Run("a cancelled task");
        var args = Failures.All.ShouldHaveSingleItem();
        args.Callback.ShouldBe(function);
        args.Exception.ShouldBeAssignableTo<OperationCanceledException>();
    }

    private void StopAtFailure(int count) => Failures.OnFailure = _ =>
    {
        if (Failures.All.Count == count)
            Loop.Stop();
    };
}
