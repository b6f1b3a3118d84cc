using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Groups;

/// <summary>Draining that ends before the callbacks have run.</summary>
public sealed class GroupDrainEndTests : GroupHarness
{
    [Fact]
    public async Task A_drain_whose_loops_have_ended_by_themselves_fails()
    {
        for (int round = 0; round < 30; round++)
        {
            var group = NewGroup(1);
            var run = group.RunAsync();
            using var release = Block(group.Loops[0], group.Loops[0].Stop);
            bool hasRun = false;
            group.Loops[0].AddCallback(() => hasRun = true);
            var drain = group.DrainAsync();
            Has(group.Loops[0], 2);
            release.Set();
            (await Should.ThrowAsync<InvalidOperationException>(Soon(drain))).Message.ShouldContain("before its callbacks had run");
            hasRun.ShouldBeFalse();
            await Soon(run);
        }
    }

    [Fact]
    public async Task A_loop_that_ends_by_itself_meanwhile_does_not_end_the_draining_of_the_others()
    {
        var group = NewGroup(2);
        var run = group.RunAsync();
        using var releaseEnding = Block(group.Loops[0], group.Loops[0].Stop);
        using var releaseOther = Block(group.Loops[1], static () => { });
        bool hasRun = false;
        group.Loops[1].AddCallback(() => Volatile.Write(ref hasRun, true));
        var drain = group.DrainAsync();
        releaseEnding.Set();
        SpinWait.SpinUntil(() => !group.IsAvailable(group.Loops[0]), Patience).ShouldBeTrue();
        drain.IsCompleted.ShouldBeFalse("a callback waits");
        releaseOther.Set();
        await Soon(drain);
        Volatile.Read(ref hasRun).ShouldBeTrue();
        await Soon(group.StopAsync());
        await Soon(run);
    }

    // Looks at the loops that are left find nothing twice: at first because the loop that ends has not added its callback yet, then
    // because what that one adds comes behind the look.
    [Fact]
    public async Task What_a_loop_has_added_to_others_before_it_ended_by_itself_is_waited_for()
    {
        var group = NewGroup(3);
        var (ending, other, slow) = (group.Loops[0], group.Loops[1], group.Loops[2]);
        using var holdEnding = new BlockingHandler(ending);
        using var holdOther = new BlockingHandler(other);
        using var holdOtherAgain = new BlockingHandler(other);
        using var holdSlow = new BlockingHandler(slow);
        bool isLastDone = false;
        var run = group.RunAsync();
        using var release = Block(other, () => ending.AddCallback(() =>
        {
            other.AddCallback(() =>
            {
                other.AddCallback(() => Volatile.Write(ref isLastDone, true));
                holdOtherAgain.BlockSoon();
            });
            ending.Stop();
        }));
        var drain = group.DrainAsync();
        Has(ending, 0); // the first look at these two is over
        Has(slow, 0);
        holdEnding.Block();
        holdSlow.Block();
        release.Set();
        Has(ending, 2); // the callback that ends it, and behind that the second look
        Has(slow, 1);
        Has(other, 0); // the second look at it is over
        holdOther.Block();
        holdEnding.Release();
        SpinWait.SpinUntil(() => !group.IsAvailable(ending), Patience).ShouldBeTrue();
        holdSlow.Release();
        Has(other, 2); // what the loop that has ended has added, and behind that the third look
        holdOther.Release();
        holdOtherAgain.WaitUntilBlocked(); // behind the third look, before the last callback
        SpinWait.SpinUntil(() => drain.IsCompleted || IsQueued(other, 2), Patience).ShouldBeTrue();
        drain.IsCompleted.ShouldBeFalse("the last callback has not run");
        holdOtherAgain.Release();
        await Soon(drain);
        Volatile.Read(ref isLastDone).ShouldBeTrue();
        await Soon(group.StopAsync());
        await Soon(run);
    }

    [Fact]
    public async Task A_cancelled_drain_leaves_nothing_to_report_and_no_failure_behind()
    {
        int unobserved = 0;
        void Count(object? sender, UnobservedTaskExceptionEventArgs failure)
        {
            if (failure.Exception.InnerException?.Message.Contains("before its callbacks had run", StringComparison.Ordinal) == true)
                Interlocked.Increment(ref unobserved);
        }
        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            await CancelAsync();
            for (int i = 0; i < 20; i++)
            {
                await Task.Yield();
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }
        Volatile.Read(ref unobserved).ShouldBe(0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task CancelAsync()
    {
        var group = NewGroup(1);
        var run = group.RunAsync();
        using var release = Block(group.Loops[0], static () => { });
        group.Loops[0].AddCallback(static () => { });
        using var source = new CancellationTokenSource();
        var drain = group.DrainAsync(source.Token);
        Has(group.Loops[0], 2);
        await source.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(Soon(drain));
        group.Stop();
        release.Set();
        await Soon(run);
        await Soon(group.DisposeAsync().AsTask());
        Log.Entries.ShouldHaveSingleItem().Counts(1).ShouldBeTrue("only the test's callback never ran");
    }

    /// <summary>Returns when the loop is in a callback, which lasts until the event is set.</summary>
    private static ManualResetEventSlim Block(PollIOLoop loop, Action then)
    {
        var release = new ManualResetEventSlim();
        using var blocked = new ManualResetEventSlim();
        loop.AddCallback(() =>
        {
            blocked.Set();
            release.Wait(Patience);
            then();
        });
        blocked.Wait(Patience).ShouldBeTrue();
        return release;
    }
}
