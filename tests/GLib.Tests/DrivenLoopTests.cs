using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Samples.Tests;

/// <summary>A native loop that GLib drives by its descriptor.</summary>
public sealed class DrivenLoopTests : IDisposable
{
    private readonly GLibThread _thread;
    private readonly PollIOLoop _loop = new();
    private readonly DrivenLoop _driven;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DrivenLoopTests()
    {
        Assert.SkipWhen(new GLibFixture().Unsupported is not null, "there is no libglib-2.0 here");
        _thread = new GLibThread();
        _driven = OnThread(() => new DrivenLoop(_loop, _thread.Context));
    }

    public void Dispose()
    {
        OnThread(() =>
        {
            _driven.Dispose();
            _loop.Dispose();
            return true;
        });
        _thread.Dispose();
    }

    [Fact]
    public void A_callback_of_another_thread_runs()
    {
        _loop.AddCallback(_done.SetResult);
        Bounded.Await(_done.Task, "a callback");
    }

    [Fact]
    public void A_timeout_runs_in_time_when_nothing_else_happens()
    {
        _loop.AddCallback(() => _loop.CallLater(TimeSpan.FromMilliseconds(20), _done.SetResult));
        Bounded.Await(_done.Task, "a timeout");
    }

    [Fact]
    public void An_earlier_timeout_that_GLibs_own_code_adds_between_turns_runs()
    {
        OnThread(() => _loop.CallLater(TimeSpan.FromDays(1), static () => { }));
        OnThread(() => _loop.CallLater(TimeSpan.FromMilliseconds(20), _done.SetResult));
        Bounded.Await(_done.Task, "a timeout");
    }

    [Fact]
    public void A_ready_descriptor_is_handled()
    {
        using var pipe = new Pipe();
        _loop.AddCallback(() => _loop.AddHandler(pipe.ReadEnd, (fd, _) =>
        {
            _loop.RemoveHandler(fd);
            _done.SetResult();
        }, IOEvents.Read));
        pipe.Send();
        Bounded.Await(_done.Task, "a handler");
    }

    [Fact]
    public void Endless_callbacks_do_not_starve_GLib()
    {
        void Again() => _loop.TryAddCallback(Again);
        Again();
        for (int i = 0; i < 20; i++)
            OnThread(() => i).ShouldBe(i);
    }

    [Fact]
    public void A_turn_that_fails_is_reported_once_and_GLib_continues()
    {
        int failures = 0;
        _thread.Context.Failed += (_, exception) =>
        {
            exception.ShouldBeOfType<ObjectDisposedException>();
            failures++;
        };
        OnThread(() =>
        {
            using var loop = new PollIOLoop();
            var driven = new DrivenLoop(loop, _thread.Context); // its loop is closed before it
            loop.AddCallback(static () => { });
            return driven;
        });
        for (int i = 0; i < 20; i++)
            OnThread(() => i).ShouldBe(i);
        OnThread(() => failures).ShouldBe(1);
    }

    /// <summary>As GLib's own work.</summary>
    private T OnThread<T>(Func<T> function)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Source.Once(_thread.Context, GLibHost.DefaultPriority, 0, () => result.SetResult(function()));
        Bounded.Await(result.Task, "GLib's own work");
        return result.Task.Result;
    }
}
