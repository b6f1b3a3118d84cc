using System.Diagnostics;
using IOLoops.Conformance;
using Microsoft.VisualStudio.Threading;
using Shouldly;
using Xunit;

namespace IOLoops.VsThreading.Tests.Deadlocks;

/// <summary>A main thread that blocks for a loop while that gives way, when no turn is posted.</summary>
public sealed class YieldingJoinTests
{
    [Fact]
    public void Joining_the_factory_s_collection_runs_a_loop_that_has_given_way() => BlockInPauses(
        (collection, _) => collection.Join());

    [Fact]
    public void Joining_the_loop_runs_it_when_it_has_given_way() => BlockInPauses(
        (_, loop) => loop.Join());

    [Fact]
    public void A_main_thread_that_is_blocked_for_the_loop_has_no_other_work_to_give_way_to()
    {
        using var main = new TwoQueueContext();
        var factory = new JoinableTaskContext(main.Thread, main).Factory;
        using var loop = JoinableTaskIOLoop.Attach(factory, new HostedIOLoopOptions { TurnBudget = TimeSpan.Zero });
        var shortest = TimeSpan.MaxValue; // between two turns: with a pause it would be 0.2 ms each time
        var done = new TaskCompletionSource();
        main.PostOther(() =>
        {
            var over = new TaskCompletionSource();
            int left = 2_000;
            long before = 0;
            void Next()
            {
                if (before != 0)
                    shortest = Min(shortest, Stopwatch.GetElapsedTime(before));
                before = Stopwatch.GetTimestamp();
                if (--left > 0 && shortest >= TimeSpan.FromMicroseconds(200))
                    loop.AddCallback(Next);
                else
                    over.SetResult();
            }
            loop.AddCallback(Next);
            factory.Run(async () =>
            {
                using (loop.Join())
                    await over.Task;
            });
            done.SetResult();
        });
        Bounded.Await(done.Task, "the end of a blocked wait");
        shortest.ShouldBeLessThan(TimeSpan.FromMicroseconds(200));
        Bounded.Await(loop.StopAsync(), "the end of the run");
    }

    [Fact]
    public void A_turn_that_gives_way_as_its_run_ends_reaches_the_main_thread_all_the_same()
    {
        using var main = new TwoQueueContext();
        using var loop = new OpenLoop(new JoinableTaskContext(main.Thread, main).Factory);
        var came = new TaskCompletionSource();
        main.PostOther(() => loop.Yielding.PostBehind(came.SetResult)); // where another thread has ended the run meanwhile
        Bounded.Await(came.Task, "a turn behind a pause"); // the next run relies on it
    }

    private sealed class OpenLoop(JoinableTaskFactory factory) : JoinableTaskIOLoop(factory)
    {
        internal IYieldingHost Yielding => (IYieldingHost)Host;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>Blocks the main thread where it runs its other work, again and again, for what runs in a turn.</summary>
    private static void BlockInPauses(Func<JoinableTaskCollection, JoinableTaskIOLoop, IDisposable> join)
    {
        const int rounds = 20;
        using var main = new TwoQueueContext();
        var context = new JoinableTaskContext(main.Thread, main);
        var collection = context.CreateCollection();
        var factory = context.CreateFactory(collection);
        using var loop = JoinableTaskIOLoop.Attach(factory, new HostedIOLoopOptions { TurnBudget = TimeSpan.Zero });
        void Again() => loop.TryAddCallback(Again);
        loop.AddCallback(Again);
        int blocked = 0;
        var done = new TaskCompletionSource();
        void Block()
        {
            context.Factory.Run(async () =>
            {
                using (join(collection, loop))
                    await loop.InvokeAsync(static () => { });
            });
            if (++blocked < rounds)
                main.PostOther(Block);
            else
                done.SetResult();
        }
        main.PostOther(Block);
        Bounded.Await(done.Task, $"the end of {rounds} blocked waits");
        blocked.ShouldBe(rounds);
        Bounded.Await(loop.StopAsync(), "the end of the run");
    }
}
