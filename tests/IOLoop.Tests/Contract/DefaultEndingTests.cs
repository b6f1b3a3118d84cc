using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Contract;

/// <summary>The end of runs of a loop written elsewhere: what the base class makes of <see cref="IOLoop.Stop"/>, <see cref="IOLoop.Close"/> and <see cref="IOLoop.IsRunning"/>.</summary>
public sealed class DefaultEndingTests : IDisposable
{
    private readonly ListLoop _loop = new();

    public void Dispose() => _loop.Dispose();

    // Row: StopAsync, DisposeAsync, Completion
    [Fact]
    public void StopAsync_ends_with_the_run()
    {
        Task? stopped = null;
        bool endedInside = false;
        _loop.AddCallback(() =>
        {
            stopped = _loop.StopAsync(TestContext.Current.CancellationToken);
            endedInside = stopped.IsCompleted;
        });
        _loop.Start();
        Bounded.Await(stopped.ShouldNotBeNull(), "StopAsync");
        endedInside.ShouldBeFalse();
        _loop.StopAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully.ShouldBeTrue("the loop does not run");
    }

    [Fact]
    public void Code_that_awaits_StopAsync_in_a_callback_resumes_after_the_run_and_may_close_the_loop()
    {
        var done = new TaskCompletionSource();
        bool wasRunning = true;
        _loop.AddCallback(async () =>
        {
            await _loop.StopAsync();
            wasRunning = _loop.IsRunning;
            _loop.Close();
            done.SetResult();
        });
        _loop.Start();
        Bounded.Await(done.Task, "what awaits StopAsync");
        wasRunning.ShouldBeFalse();
        _loop.IsClosed.ShouldBeTrue();
    }

    [Fact]
    public void Code_that_awaits_DisposeAsync_in_a_callback_resumes_when_the_loop_is_closed()
    {
        var done = new TaskCompletionSource();
        bool wasClosed = false;
        _loop.AddCallback(async () =>
        {
            await _loop.DisposeAsync();
            wasClosed = _loop.IsClosed;
            done.SetResult();
        });
        _loop.Start();
        Bounded.Await(done.Task, "what awaits DisposeAsync");
        wasClosed.ShouldBeTrue();
    }

    [Fact]
    public void Dispose_in_a_callback_closes_the_loop_after_its_run()
    {
        bool closedInside = true;
        _loop.AddCallback(() =>
        {
            _loop.Dispose();
            closedInside = _loop.IsClosed;
        });
        _loop.Start();
        Bounded.Until(() => _loop.IsClosed, "the loop is closed");
        closedInside.ShouldBeFalse();
    }
}
