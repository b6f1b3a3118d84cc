using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Groups;

/// <summary>Which loop gets the next piece of work.</summary>
public sealed class GroupDistributionTests : GroupHarness
{
    [Fact]
    public void Loops_take_turns()
    {
        var group = NewGroup(3);
        var chosen = Enumerable.Range(0, 9).Select(_ => group.Next()).ToList();
        chosen.ShouldBe([.. group.Loops, .. group.Loops, .. group.Loops]);
    }

    [Fact]
    public async Task Callers_on_many_threads_share_one_sequence()
    {
        var group = NewGroup(4);
        int[] counts = new int[4];
        await Soon(Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 1_000; i++)
                Interlocked.Increment(ref counts[group.Loops.ToList().IndexOf(group.Next())]);
        }))));
        counts.ShouldBe([2_000, 2_000, 2_000, 2_000]);
    }

    [Fact]
    public void By_load_the_loop_with_the_fewest_descriptors_and_waiting_callbacks_is_chosen()
    {
        using var one = new EventFd();
        using var two = new EventFd();
        var group = NewGroup(3, options => options.Distribution = LoopDistribution.LeastLoaded);
        using var plain = ExecutionContext.SuppressFlow(); // with a context a callback counts as more
        group.Loops[0].AddHandler(one.Number, static (_, _) => { }, IOEvents.Read);
        group.Loops[0].AddHandler(two.Number, static (_, _) => { }, IOEvents.Read);
        group.Loops[1].AddCallback(static () => { });
        group.Next().ShouldBe(group.Loops[2]);
        group.Next().ShouldBe(group.Loops[2]);
        group.Loops[2].AddCallback(static () => { });
        group.Loops[2].AddCallback(static () => { });
        group.Next().ShouldBe(group.Loops[1]);
        group.Loops[1].AddCallback(static () => { });
        group.Loops[1].AddCallback(static () => { });
        group.Loops[0].RemoveHandler(one.Number);
        group.Next().ShouldBe(group.Loops[0]);
    }

    [Fact]
    public void By_load_waiting_callbacks_count_by_the_room_that_they_take()
    {
        var group = NewGroup(2, options => options.Distribution = LoopDistribution.LeastLoaded);
        using (ExecutionContext.SuppressFlow())
        {
            group.Loops[0].AddCallback(static _ => { }, "argument");
            for (int i = 0; i < 3; i++)
                group.Loops[1].AddCallback(static () => { });
            group.Next().ShouldBe(group.Loops[1]);
            group.Next().ShouldBe(group.Loops[1]);
            group.Loops[1].AddCallback(static () => { });
            group.Loops[1].AddCallback(static () => { });
            group.Next().ShouldBe(group.Loops[0]);
        }
    }

    [Fact]
    public void By_load_equal_loops_take_turns()
    {
        var group = NewGroup(3, options => options.Distribution = LoopDistribution.LeastLoaded);
        Enumerable.Range(0, 6).Select(_ => group.Next()).ShouldBe([.. group.Loops, .. group.Loops]);
    }

    [Theory]
    [InlineData(LoopDistribution.RoundRobin)]
    [InlineData(LoopDistribution.LeastLoaded)]
    public async Task A_loop_whose_run_has_ended_gets_nothing_until_the_run_of_the_group_has_ended(LoopDistribution distribution)
    {
        var group = NewGroup(3, options => options.Distribution = distribution);
        var ended = new TaskCompletionSource<PollIOLoop>(TaskCreationOptions.RunContinuationsAsynchronously);
        group.LoopEnded += (_, end) => ended.TrySetResult(end.Loop);
        var run = group.RunAsync();
        group.Loops[1].AddCallback(group.Loops[1].Stop);
        (await Soon(ended.Task)).ShouldBe(group.Loops[1]);
        for (int i = 0; i < 30; i++)
            group.Next().ShouldNotBe(group.Loops[1]);
        await Soon(group.Loops[0].StopAsync());
        await Soon(group.Loops[2].StopAsync()); // not the other one: a stop of a loop that does not run is for its next run
        await Soon(run);
        Enumerable.Range(0, 6).Select(_ => group.Next()).ShouldContain(group.Loops[1]);
    }

    [Fact]
    public void A_closed_loop_gets_nothing_and_a_group_whose_loops_are_closed_says_so()
    {
        var group = NewGroup(2);
        group.Loops[0].Close();
        for (int i = 0; i < 4; i++)
            group.Next().ShouldBe(group.Loops[1]);
        group.Loops[1].Close();
        Should.Throw<ObjectDisposedException>(() => group.Next());
    }
}
