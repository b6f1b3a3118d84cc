using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Contract;

/// <summary>
/// That calls as users write them compile, with lambdas and with method groups, and reach the overload that is meant: an
/// asynchronous one never becomes async void.
/// </summary>
public sealed class OverloadTests : IDisposable
{
    private readonly PollIOLoop _loop = new();
    private readonly List<Exception> _failures = [];
    private int _ran;

    public OverloadTests() => _loop.CallbackException += (_, failure) =>
    {
        _failures.Add(failure.Exception);
        failure.Handled = true;
    };

    [Fact]
    public void Functions_to_wait_for_take_a_token_with_or_without_a_timeout()
    {
        var token = CancellationToken.None;
        _loop.RunSync(Plain);
        _loop.RunSync(Plain, null, token);
        _loop.RunSync(() => { Plain(); }, TimeSpan.FromSeconds(10), token);
        _loop.RunSync(PlainAsync, null, token);
        _loop.RunSync(() => PlainAsync(), null, token);
        _loop.RunSync(async () => await PlainAsync(), timeout: null, cancellationToken: token);
        int sum = _loop.RunSync(Seven, null, token) + _loop.RunSync(() => 7, null, token)
            + _loop.RunSync(SevenAsync, null, token) + _loop.RunSync(async () => await SevenAsync(), null, token);
        sum.ShouldBe(28);
        _ran.ShouldBe(6);
    }

    [Fact]
    public void Invocations_take_a_token() => _loop.RunSync(async () =>
    {
        var token = CancellationToken.None;
        await _loop.InvokeAsync(Plain, token);
        await _loop.InvokeAsync(() => { Plain(); }, token);
        await _loop.InvokeAsync(PlainAsync, token);
        await _loop.InvokeAsync(async () => await PlainAsync(), cancellationToken: token);
        int sum = await _loop.InvokeAsync(Seven, token) + await _loop.InvokeAsync(() => 7, token)
            + await _loop.InvokeAsync(SevenAsync, token) + await _loop.InvokeAsync(async () => await SevenAsync(), token);
        sum.ShouldBe(28);
        _ran.ShouldBe(4);
    });

    [Fact]
    public void Callbacks_with_a_state_may_be_plain_or_asynchronous()
    {
        _loop.AddCallback(Take, 1);
        _loop.AddCallback(state => Take(state), 1);
        _loop.AddCallback(static (string state) => _ = state.Length, "state");
        _loop.TryAddCallback(Take, 1).ShouldBeTrue();
        _loop.TryAddCallback(state => Take(state), 1).ShouldBeTrue();
        _loop.SpawnCallback(Take, 1);
        _loop.AddCallbackFromSignal(Take, 1);
        AddAsynchronous();
        _loop.RunOnce(TimeSpan.Zero);
        _loop.RunOnce(TimeSpan.Zero);
        _ran.ShouldBe(6 + 6);
        _failures.Count.ShouldBe(6);
        _failures.ShouldAllBe(failure => failure is TestException);
    }

    [Fact]
    public void Timeouts_with_a_state_may_be_plain_or_asynchronous()
    {
        _loop.CallAt(_loop.Time, Take, 1);
        _loop.CallLater(TimeSpan.Zero, state => Take(state), 1);
        _loop.AddTimeout(_loop.Time, Take, 1);
        _loop.AddTimeout(TimeSpan.Zero, Take, 1);
        _loop.AddTimeout(DateTimeOffset.MinValue, Take, 1);
        _loop.CallAt(_loop.Time, TakeAsync, 1);
        _loop.CallLater(TimeSpan.Zero, async state => await TakeAsync(state), 1);
        _loop.AddTimeout(_loop.Time, TakeAsync, 1);
        _loop.AddTimeout(TimeSpan.Zero, state => TakeAsync(state), 1);
        _loop.AddTimeout(DateTimeOffset.MinValue, TakeAsync, 1);
        _loop.RunOnce(TimeSpan.Zero);
        _loop.RunOnce(TimeSpan.Zero);
        _ran.ShouldBe(10);
        _failures.Count.ShouldBe(5);
    }

    [Fact]
    public void A_lambda_that_only_throws_is_taken_as_one_with_a_task_or_cast()
    {
        _loop.AddCallback(() => throw new TestException());
        _loop.AddCallback(_ => throw new TestException(), 1);
        _loop.AddCallback((Action)(() => throw new TestException()));
        _loop.RunOnce(TimeSpan.Zero);
        _failures.Count.ShouldBe(3);
        Should.Throw<TestException>(() => _loop.RunSync(() => throw new TestException(), null, CancellationToken.None));
    }

    public void Dispose() => _loop.Close();

    private void AddAsynchronous()
    {
        _loop.AddCallback(TakeAsync, 1);
        _loop.AddCallback(async state => await TakeAsync(state), 1);
        _loop.TryAddCallback(TakeAsync, 1).ShouldBeTrue();
        _loop.SpawnCallback(async state => await TakeAsync(state), 1);
        _loop.AddCallbackFromSignal(TakeAsync, 1);
        _loop.AddCallbackFromSignal(async () => await TakeAsync(1));
    }

    private void Plain() => _ran++;

    private Task PlainAsync()
    {
        _ran++;
        return Task.CompletedTask;
    }

    private int Seven() => 7;

    private Task<int> SevenAsync() => Task.FromResult(7);

    private void Take(int count) => _ran += count;

    private Task TakeAsync(int count)
    {
        _ran += count;
        return Task.FromException(new TestException());
    }
}
