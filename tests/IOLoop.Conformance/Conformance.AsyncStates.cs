using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: Failing handler or callback
    [Fact]
    public void The_failure_of_an_asynchronous_callback_with_a_state_reaches_the_exception_hook()
    {
        Failures.Expected = true;
        Func<string, Task> callback = async state =>
        {
            Loop.IsOnLoopThread.ShouldBeTrue();
            await Turns(1);
            throw new TestException(state);
        };
        Loop.AddCallback(callback, "1");
        Loop.TryAddCallback(callback, "2").ShouldBeTrue();
        Loop.SpawnCallback(callback, "3");
        Loop.AddCallbackFromSignal(callback, "4");
        Loop.CallAt(Loop.Time, callback, "5");
        Loop.CallLater(TimeSpan.Zero, callback, "6");
        Loop.AddTimeout(Loop.Time, callback, "7");
        Loop.AddTimeout(TimeSpan.Zero, callback, "8");
        Loop.AddTimeout(DateTimeOffset.MinValue, callback, "9");
        Failures.OnFailure = _ =>
        {
            if (Failures.All.Count == 9)
                Loop.Stop();
        };
        Run("nine failures");
        Failures.All.ShouldAllBe(failure => ReferenceEquals(failure.Callback, callback) && failure.Exception is TestException);
        Failures.All.Select(failure => failure.Exception.Message).Order().ShouldBe(Enumerable.Range(1, 9).Select(i => $"{i}"));
    }

    // Row: Context
    [Fact]
    public void An_asynchronous_callback_with_a_state_runs_in_the_context_of_its_call()
    {
        var seen = new List<string>();
        Local.Value = "caller";
        Loop.AddCallback(Note, "AddCallback");
        Loop.TryAddCallback(Note, "TryAddCallback");
        Loop.SpawnCallback(Note, "SpawnCallback");
        Loop.AddCallbackFromSignal(Note, "AddCallbackFromSignal");
        Loop.CallLater(TimeSpan.Zero, Note, "CallLater");
        Local.Value = null;
        AfterTurns(3, Loop.Stop);
        Run("five callbacks");
        seen.Order().ShouldBe(["AddCallback caller", "AddCallbackFromSignal ", "CallLater caller", "SpawnCallback ", "TryAddCallback caller"]);

        Task Note(string name)
        {
            seen.Add($"{name} {Local.Value}");
            return Task.CompletedTask;
        }
    }

    // Row: AddCallback against Close
    [Fact]
    public void A_closed_loop_refuses_callbacks_with_a_state()
    {
        Loop.Close();
        Loop.TryAddCallback(_ => { }, 1).ShouldBeFalse();
        Loop.TryAddCallback(_ => { }, "state").ShouldBeFalse();
        Loop.TryAddCallback(_ => Task.CompletedTask, 1).ShouldBeFalse();
        Should.Throw<ObjectDisposedException>(() => Loop.AddCallback(_ => Task.CompletedTask, 1));
        Should.Throw<ObjectDisposedException>(() => Loop.SpawnCallback(_ => Task.CompletedTask, 1));
        Should.Throw<ObjectDisposedException>(() => Loop.AddCallbackFromSignal(_ => Task.CompletedTask, 1));
        Should.Throw<ObjectDisposedException>(() => Loop.CallAt(default, _ => Task.CompletedTask, 1));
    }
}
