using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: Failing handler or callback
    [Fact]
    public void A_failure_is_reported_with_its_callback_and_the_turn_goes_on()
    {
        Failures.Expected = true;
        var failure = new TestException();
        var others = new List<string>();
        Action callback = () => throw failure;
        Action timeout = () => throw failure;
        IOHandler handler = (_, _) => throw failure;
        Loop.AddCallback(callback);
        Loop.AddCallback(() => others.Add("callback"));
        Loop.CallAt(Loop.Time, timeout);
        Loop.CallAt(Loop.Time, () => others.Add("timeout"));
        var failing = NewEventFd(signalled: true);
        Loop.AddHandler(failing.Number, handler, IOEvents.Read);
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => others.Add("handler"), IOEvents.Read);
        RunTurns(1);
        others.ShouldBe(["callback", "timeout", "handler"]);
        Failures.All.Select(args => args.Callback).ShouldBe([callback, timeout, handler]);
        Failures.All.ShouldAllBe(args => ReferenceEquals(args.Exception, failure));
        Log.Entries.ShouldBeEmpty();
        RunTurns(1);
        Failures.All.Count.ShouldBe(4);
    }

    [Fact]
    public void Every_way_of_adding_a_callback_reports_its_failure()
    {
        Failures.Expected = true;
        Action callback = static () => throw new TestException();
        Action<int> withState = static _ => throw new TestException();
        Loop.AddCallback(callback);
        Loop.AddCallback(withState, 1);
        Loop.TryAddCallback(callback).ShouldBeTrue();
        Loop.SpawnCallback(callback);
        Loop.SpawnCallback(withState, 1);
        Loop.CallAt(Loop.Time, callback);
        Loop.CallAt(Loop.Time, withState, 1);
        RunTurns(1);
        Failures.All.Select(args => args.Callback).ShouldBe([callback, withState, callback, callback, withState, callback, withState]);
        Loop.AddCallbackFromSignal(callback);
        Loop.AddCallbackFromSignal(withState, 1);
        RunTurns(1);
        Failures.All.Skip(7).Select(args => args.Callback).ShouldBe([callback, withState]);
        Failures.All.ShouldAllBe(args => args.Exception is TestException);
    }

    [Fact]
    public void A_task_that_fails_later_is_reported()
    {
        Failures.Expected = true;
        Func<Task> callback = async () =>
        {
            await Turns(1);
            throw new TestException();
        };
        Loop.AddCallback(callback);
        Loop.TryAddCallback(callback).ShouldBeTrue();
        Loop.SpawnCallback(callback);
        Loop.CallAt(Loop.Time, callback);
        Loop.AddTimeout(TimeSpan.Zero, callback);
        Failures.OnFailure = _ =>
        {
            if (Failures.All.Count == 5)
                Loop.Stop();
        };
        Run("five tasks to fail");
        Failures.All.Count.ShouldBe(5);
        Failures.All.ShouldAllBe(args => args.Callback == (Delegate)callback && args.Exception is TestException);
    }

    // Row: A lambda that throws before it returns a task
    [Fact]
    public void A_lambda_that_throws_before_it_returns_a_task_is_reported()
    {
        Failures.Expected = true;
        Func<Task> callback = static () => throw new TestException();
        Loop.AddCallback(callback);
        Loop.TryAddCallback(callback).ShouldBeTrue();
        Loop.SpawnCallback(callback);
        Loop.CallAt(Loop.Time, callback);
        RunTurns(1);
        Failures.All.Count.ShouldBe(4);
        Failures.All.ShouldAllBe(args => args.Callback == (Delegate)callback && args.Exception is TestException);
    }

    [Fact]
    public void A_descriptor_whose_asynchronous_handler_throws_at_once_does_not_stay_at_rest()
    {
        Failures.Expected = true;
        AsyncIOHandler handler = static (_, _) => throw new TestException();
        Loop.AddHandler(NewEventFd(signalled: true).Number, handler, IOEvents.Read);
        Failures.OnFailure = _ =>
        {
            if (Failures.All.Count == 3)
                Loop.Stop();
        };
        Run("three failures of one asynchronous handler");
        Failures.All.Count.ShouldBe(3);
        Failures.All.ShouldAllBe(args => args.Callback == (Delegate)handler && args.Exception is TestException);
    }

    [Fact]
    public void A_descriptor_whose_handler_s_task_fails_does_not_stay_at_rest()
    {
        Failures.Expected = true;
        AsyncIOHandler handler = async (_, _) =>
        {
            await Turns(1);
            throw new TestException();
        };
        Loop.AddHandler(NewEventFd(signalled: true).Number, handler, IOEvents.Read);
        Failures.OnFailure = _ =>
        {
            if (Failures.All.Count == 3)
                Loop.Stop();
        };
        Run("three failed tasks of one asynchronous handler");
        Failures.All.ShouldAllBe(args => args.Callback == (Delegate)handler && args.Exception is TestException);
    }

    [Fact]
    public void A_lambda_that_returns_no_task_ends_nothing()
    {
        Failures.Expected = true;
        int after = 0;
        Loop.AddCallback(() => (Task)null!);
        Loop.CallAt(Loop.Time, () => (Task)null!);
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => (Task)null!, IOEvents.Read);
        At(3, () => after++);
        RunTurns(3);
        after.ShouldBe(1);
    }

    [Fact]
    public void A_failure_that_nobody_handles_is_logged_with_its_exception()
    {
        Failures.Expected = true;
        Failures.Unhandled = true;
        var failure = new TestException();
        Loop.AddCallback((Action)(() => throw failure));
        RunTurns(1);
        var entry = Log.Entries.ShouldHaveSingleItem();
        entry.Level.ShouldBe(LogLevel.Error);
        entry.Exception.ShouldBe(failure);
    }

    [Fact]
    public void A_hook_that_throws_is_logged_and_does_not_end_the_loop()
    {
        Failures.Expected = true;
        var hook = new InvalidTimeZoneException("thrown by the hook");
        var others = new List<string>();
        Loop.CallbackException += (_, _) => throw hook;
        Loop.AddCallback(static () => throw new TestException());
        Loop.AddCallback((Action)(static () => throw new TestException()));
        Loop.AddCallback(() => others.Add("callback"));
        Loop.CallAt(Loop.Time, (Action)(static () => throw new TestException()));
        Loop.AddHandler(NewEventFd(signalled: true).Number, (IOHandler)(static (_, _) => throw new TestException()), IOEvents.Read);
        At(2, () => others.Add("next turn"));
        RunTurns(2);
        others.ShouldBe(["callback", "next turn"]);
        Log.Entries.Count(entry => entry.Exception == hook).ShouldBeGreaterThanOrEqualTo(4);
    }

    [Fact]
    public void An_exception_without_a_message_does_not_end_the_loop_also_when_the_hook_throws()
    {
        Failures.Expected = true;
        bool wentOn = false;
        Loop.CallbackException += (_, _) => throw new MuteException();
        Loop.AddCallback((Action)(static () => throw new MuteException()));
        Loop.AddCallback(() => wentOn = true);
        RunTurns(1);
        wentOn.ShouldBeTrue();
        Log.Entries.ShouldHaveSingleItem().Message.ShouldContain(typeof(MuteException).FullName!);
    }

    [Fact]
    public void Failures_do_not_stop_a_stop()
    {
        Failures.Expected = true;
        Loop.AddCallback((Action)(() =>
        {
            Loop.Stop();
            throw new TestException();
        }));
        Run("a callback that stops and throws");
        Failures.All.Count.ShouldBe(1);
    }

    [Fact]
    public void An_async_void_method_s_failure_is_reported()
    {
        Failures.Expected = true;
        async void Begin()
        {
            await Turns(1);
            throw new TestException();
        }
#pragma warning disable IOL0007 // That it is reported, though the loop has no task.
        Loop.AddCallback(Begin);
#pragma warning restore IOL0007
        Failures.OnFailure = _ => Loop.Stop();
        Run("the failure of an async void method");
        Failures.All.ShouldHaveSingleItem().Exception.ShouldBeOfType<TestException>();
    }

    [Fact]
    public void A_future_s_callback_that_throws_is_reported()
    {
        Failures.Expected = true;
        Action<Task> callback = static _ => throw new TestException();
        Loop.AddFuture(Task.CompletedTask, callback);
        Failures.OnFailure = _ => Loop.Stop();
        Run("the failure of a future's callback");
        var args = Failures.All.ShouldHaveSingleItem();
        args.Exception.ShouldBeOfType<TestException>();
        args.Callback.ShouldBe(callback);
    }

    [Fact]
    public void A_failure_may_be_reported_by_hand()
    {
        Failures.Expected = true;
        var failure = new TestException();
        Action callback = () => { };
        Loop.HandleCallbackException(callback, failure);
        var args = Failures.All.ShouldHaveSingleItem();
        args.Callback.ShouldBe(callback);
        args.Exception.ShouldBe(failure);
    }
}
