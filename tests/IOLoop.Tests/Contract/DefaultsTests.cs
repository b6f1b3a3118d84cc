using Shouldly;
using Xunit;

namespace IOLoops.Tests.Contract;

/// <summary>What a loop written elsewhere gets from the base class alone.</summary>
public sealed class DefaultsTests : IDisposable
{
    private readonly ListLoop _loop = new();
    private readonly List<string> _ran = [];
    private readonly List<Exception> _failures = [];

    public DefaultsTests() => _loop.CallbackException += (_, failure) =>
    {
        _failures.Add(failure.Exception);
        failure.Handled = true;
    };

    [Fact]
    public void Every_way_to_add_a_callback_arrives_at_the_one_abstract_member()
    {
        _loop.AddCallback(state => _ran.Add($"state {state}"), 1);
        _loop.AddCallback(() => Done("async"));
        _loop.TryAddCallback(() => { _ran.Add("try"); }).ShouldBeTrue();
        _loop.TryAddCallback(() => Done("try async")).ShouldBeTrue();
        _loop.SpawnCallback(() => { _ran.Add("spawn"); });
        _loop.SpawnCallback(state => _ran.Add($"spawn {state}"), 2);
        _loop.SpawnCallback(() => Done("spawn async"));
        _loop.AddCallbackFromSignal(() => _ran.Add("signal"));
        _loop.AddCallbackFromSignal(state => _ran.Add($"signal {state}"), 3);
        _loop.Start();
        _ran.ShouldBe(["state 1", "async", "try", "try async", "spawn", "spawn 2", "spawn async", "signal", "signal 3"]);
    }

    [Fact]
    public void Every_way_to_add_a_timeout_arrives_at_the_one_abstract_member()
    {
        _loop.CallLater(TimeSpan.FromTicks(30), () => { _ran.Add("c"); });
        _loop.CallAt(new LoopTime(10), state => _ran.Add(state), "a");
        _loop.AddTimeout(TimeSpan.FromTicks(20), () => Done("b"));
        _loop.RemoveTimeout(_loop.CallLater(TimeSpan.FromTicks(5), () => { _ran.Add("removed"); }));
        _loop.Start();
        _ran.ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public void RunSync_starts_stops_returns_and_rethrows()
    {
        _loop.RunSync(() => 7).ShouldBe(7);
        _loop.RunSync(async () =>
        {
            await Task.CompletedTask;
            return 8;
        }).ShouldBe(8);
        Should.Throw<FormatException>(() => _loop.RunSync((Action)(() => throw new FormatException())));
        Should.Throw<TimeoutException>(() => _loop.RunSync(() => new TaskCompletionSource().Task, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_wait_is_a_handler_that_removes_itself()
    {
        var wait = _loop.WaitAsync(5, IOEvents.Read).AsTask();
        Should.Throw<InvalidOperationException>(() => _loop.WaitAsync(5, IOEvents.Read).AsTask());
        _loop.MakeReady(5, IOEvents.Read);
        _loop.Start();
        (await wait).ShouldBe(IOEvents.Read);
        _loop.HasHandler(5).ShouldBeFalse();
    }

    [Fact]
    public void A_cancelled_wait_lets_go_of_the_descriptor()
    {
        using var cancellation = new CancellationTokenSource();
        var wait = _loop.WaitAsync(5, IOEvents.Read, cancellation.Token).AsTask();
        cancellation.Cancel();
        _loop.Start();
        wait.IsCanceled.ShouldBeTrue();
        _loop.HasHandler(5).ShouldBeFalse();
    }

    [Fact]
    public async Task A_cancellation_that_comes_behind_its_wait_s_end_leaves_the_wait_that_came_next()
    {
        using var cancellation = new CancellationTokenSource();
        var first = _loop.WaitAsync(5, IOEvents.Read, cancellation.Token).AsTask();
        Task? second = null;
        _loop.MakeReady(5, IOEvents.Read);
        _loop.AddCallback(() => second = _loop.WaitAsync(5, IOEvents.Read).AsTask());
        cancellation.Cancel(); // queued behind both
        _loop.Start();
        (await first).ShouldBe(IOEvents.Read);
        _loop.HasHandler(5).ShouldBeTrue();
        second!.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void The_descriptor_of_an_asynchronous_handler_rests_until_its_task_has_ended()
    {
        var first = new TaskCompletionSource();
        int calls = 0;
        _loop.AddHandler(5, (_, _) => ++calls == 1 ? first.Task : Task.FromException(new FormatException()), IOEvents.Read);
        _loop.MakeReady(5, IOEvents.Read);
        _loop.MakeReady(5, IOEvents.Read);
        _loop.Start();
        calls.ShouldBe(1);
        first.SetResult();
        _loop.Start();
        _loop.MakeReady(5, IOEvents.Read);
        _loop.Start();
        calls.ShouldBe(2);
        _failures.ShouldHaveSingleItem().ShouldBeOfType<FormatException>();
    }

    [Fact]
    public void An_asynchronous_handler_that_fails_later_is_reported_and_comes_back()
    {
        var task = new TaskCompletionSource();
        _loop.AddHandler(5, (_, _) => task.Task, IOEvents.Read);
        _loop.MakeReady(5, IOEvents.Read);
        _loop.Start();
        task.SetException(new FormatException());
        _loop.Start();
        _failures.ShouldHaveSingleItem().ShouldBeOfType<FormatException>();
        _loop.HasHandler(5).ShouldBeTrue();
    }

    [Fact]
    public async Task Invocations_futures_and_removals_go_through_callbacks()
    {
        var result = _loop.InvokeAsync(() => 9);
        var removal = _loop.RemoveHandlerAsync(5).AsTask();
        _loop.AddFuture(Task.FromResult(3), future => _ran.Add($"future {future.Result}"));
        _ran.ShouldBeEmpty();
        _loop.Start();
        (await result).ShouldBe(9);
        await removal;
        _ran.ShouldBe(["future 3"]);
    }

    [Fact]
    public void A_closed_loop_refuses_and_says_so()
    {
        _loop.Close();
        _loop.TryAddCallback(() => { }).ShouldBeFalse();
        Should.Throw<ObjectDisposedException>(() => _loop.SpawnCallback(() => { }));
        Should.Throw<ObjectDisposedException>(() => _loop.RunSync(() => { }));
    }

    public void Dispose() => _loop.Close();

    private Task Done(string name)
    {
        _ran.Add(name);
        return Task.CompletedTask;
    }
}
