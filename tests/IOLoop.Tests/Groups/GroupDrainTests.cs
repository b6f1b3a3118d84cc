using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Groups;

/// <summary>Draining finds a moment when nothing waits on any loop.</summary>
public sealed class GroupDrainTests : GroupHarness
{
    [Fact]
    public async Task A_group_is_drained_when_callbacks_that_hop_between_loops_have_ended()
    {
        var group = NewGroup(3);
        var run = group.RunAsync();
        for (int round = 0; round < 50; round++)
        {
            int left = 200;
            void Hop()
            {
                if (Interlocked.Decrement(ref left) > 0)
                    group.Next().AddCallback(Hop);
            }
            group.Next().AddCallback(Hop);
            await Soon(group.DrainAsync());
            Volatile.Read(ref left).ShouldBe(0);
        }
        await Soon(group.StopAsync());
        await Soon(run);
    }

    // The moment at which one look at each loop is not enough: a callback on the first loop runs just before the second look at it,
    // and adds one to the second loop, behind the second look there.
    [Fact]
    public async Task A_callback_that_slips_behind_the_looks_is_waited_for()
    {
        var group = NewGroup(2);
        var (one, other) = (group.Loops[0], group.Loops[1]);
        using var busyOne = new BlockingHandler(one);
        using var busyOther = new BlockingHandler(other);
        var run = group.RunAsync();
        await Soon(one.InvokeAsync(() => { }));
        using var blocked = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        bool isLastDone = false;
        other.AddCallback(() =>
        {
            blocked.Set();
            release.Wait(Patience);
            one.AddCallback(() => other.AddCallback(() => Volatile.Write(ref isLastDone, true)));
        });
        blocked.Wait(Patience).ShouldBeTrue();
        var drain = group.DrainAsync();
        Has(one, 0); // the first look at it is over
        busyOne.Block();
        release.Set();
        Has(one, 2); // what the callback has added, and behind it the second look
        Has(other, 0); // the second look at it is over
        busyOther.Block();
        busyOne.Release();
        SpinWait.SpinUntil(() => drain.IsCompleted || IsQueued(other, 2), Patience).ShouldBeTrue();
        drain.IsCompleted.ShouldBeFalse("the last callback has not run");
        busyOther.Release();
        await Soon(drain);
        Volatile.Read(ref isLastDone).ShouldBeTrue();
        await Soon(group.StopAsync());
        await Soon(run);
    }

    [Fact]
    public async Task Two_may_drain_at_once()
    {
        var group = NewGroup(2);
        var run = group.RunAsync();
        await Soon(Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => group.DrainAsync()))));
        await Soon(group.StopAsync());
        await Soon(run);
    }

    [Fact]
    public async Task Work_without_end_is_drained_until_the_token_is_cancelled()
    {
        var group = NewGroup(2);
        var run = group.RunAsync();
        int hops = 0;
        void Hop()
        {
            hops++;
            group.Loops[0].AddCallback(Hop);
        }
        group.Loops[0].AddCallback(Hop);
        using var source = new CancellationTokenSource();
        var drain = group.DrainAsync(source.Token);
        SpinWait.SpinUntil(() => Volatile.Read(ref hops) > 1_000, Patience).ShouldBeTrue();
        drain.IsCompleted.ShouldBeFalse();
        await source.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(Soon(drain));
        await Soon(group.StopAsync());
        await Soon(run);
    }

    [Fact]
    public async Task A_group_that_does_not_run_or_stops_meanwhile_is_not_drained()
    {
        var group = NewGroup(2);
        (await Should.ThrowAsync<InvalidOperationException>(group.DrainAsync())).Message.ShouldContain("does not run");
        var run = group.RunAsync();
        using var blocked = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        group.Loops[1].AddCallback(() =>
        {
            blocked.Set();
            release.Wait(Patience);
        });
        blocked.Wait(Patience).ShouldBeTrue();
        var drain = group.DrainAsync();
        group.Stop();
        release.Set();
        (await Should.ThrowAsync<InvalidOperationException>(Soon(drain))).Message.ShouldContain("stopped before");
        await Soon(run);
    }

    [Fact]
    public async Task A_loop_cannot_drain_its_own_group()
    {
        var group = NewGroup(2);
        var run = group.RunAsync();
        var failure = await Should.ThrowAsync<InvalidOperationException>(Soon(group.Loops[0].InvokeAsync(() => group.DrainAsync())));
        failure.Message.ShouldContain("LoopGroup-0");
        await Soon(group.StopAsync());
        await Soon(run);
    }

    [Fact]
    public async Task A_loop_that_has_ended_is_not_waited_for()
    {
        var group = NewGroup(2);
        var run = group.RunAsync();
        await Soon(group.Loops[0].StopAsync());
        await Soon(group.DrainAsync());
        await Soon(group.StopAsync());
        await Soon(run);
    }

    [Fact]
    public async Task Timeouts_and_descriptors_are_not_waited_for()
    {
        var group = NewGroup(2);
        using var idle = new BlockingHandler(group.Loops[0]);
        using var alsoIdle = new BlockingHandler(group.Loops[1]);
        group.Loops[1].CallLater(TimeSpan.FromDays(1), static () => { });
        var run = group.RunAsync();
        await Soon(group.DrainAsync());
        await Soon(group.StopAsync());
        await Soon(run);
    }
}
