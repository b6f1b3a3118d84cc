using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.VsThreading.Tests.Loops;

/// <summary>Factories whose overrides throw: vs-threading drops what it was about to execute.</summary>
public sealed class OddFactoryTests : JoinableTaskHarness
{
    private const int Always = 1_000_000;

    private readonly OddFactory _factory;

    public OddFactoryTests() => _factory = new OddFactory(Context);

    [Theory, InlineData(1, true), InlineData(1, false), InlineData(Always, true), InlineData(Always, false)]
    public void A_factory_that_throws_at_a_transition_ends_the_run_and_the_loop_may_be_tried_again(int times, bool atBegin)
    {
        var loop = Attached(NewLoop(_factory));
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
        OnMain("the main thread's other work", () => { }); // no turn is posted any more
        bool ran = false;
        _factory.ThrowsAtBegin = atBegin;
        _factory.Throw(times);
        loop.AddCallback(() => ran = true);
        ShouldBeLost(loop, atBegin);
        ran.ShouldBeFalse();
        if (times == Always)
        {
            OtherThread.Run(() => Record.Exception(loop.Attach)); // that may come before or after
            ShouldBeLost(loop, atBegin);
        }
        _factory.Throw(0);
        loop.Attach();
        Bounded.Until(() => ran, "what was accepted runs in the next run");
    }

    [Theory, InlineData(1), InlineData(Always)]
    public void A_nested_RunSync_ends_in_time_when_the_factory_throws_at_a_transition(int times)
    {
        var loop = Attached(NewLoop(_factory));
        var never = new TaskCompletionSource();
        Exception? thrown = null;
        using var ended = new ManualResetEventSlim();
        loop.AddCallback(() =>
        {
            _factory.Throw(times);
            thrown = Record.Exception(() => loop.RunSync(() => never.Task, TimeSpan.FromMilliseconds(200)));
            _factory.Throw(0);
            ended.Set();
        });
        Bounded.Await(ended, "the end of the nested RunSync");
        (thrown is TimeoutException or InvalidOperationException).ShouldBeTrue(thrown?.ToString());
        ShouldBeLost(loop, atBegin: false);
    }

    [Theory, InlineData(1), InlineData(Always)]
    public void A_RunSync_on_the_main_thread_ends_in_time_when_the_factory_throws_at_a_transition(int times)
    {
        var loop = NewLoop(_factory);
        var never = new TaskCompletionSource();
        Exception? thrown = null;
        _factory.Throw(times);
        OnMain("the end of RunSync", () => thrown = Record.Exception(() => loop.RunSync(() => never.Task, TimeSpan.FromMilliseconds(200))));
        (thrown is TimeoutException or InvalidOperationException).ShouldBeTrue(thrown?.ToString());
        _factory.Throw(0);
        OnMain("another RunSync", () => loop.RunSync(() => { }));
    }

    private void ShouldBeLost(JoinableTaskIOLoop loop, bool atBegin)
    {
        Bounded.Until(() => !loop.IsRunning, "the loop has stopped");
        Bounded.Until(() => loop.Completion.IsFaulted, "the run has failed");
        var failure = loop.Completion.Exception.ShouldNotBeNull().InnerException.ShouldBeOfType<InvalidOperationException>();
        failure.Message.ShouldContain(atBegin ? "OnTransitioningToMainThread" : "OnTransitionedToMainThread");
        Log.Entries.ShouldContain(entry => entry.Message.Contains("has stopped", StringComparison.Ordinal));
    }
}
