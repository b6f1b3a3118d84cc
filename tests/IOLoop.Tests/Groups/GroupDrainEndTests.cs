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
            HasTwo(group.Loops[0]);
            release.Set();
            (await Should.ThrowAsync<InvalidOperationException>(Soon(drain))).Message.ShouldContain("before its callbacks had run");
            hasRun.ShouldBeFalse();
            await Soon(run);
        }
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
        HasTwo(group.Loops[0]);
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

    private static void HasTwo(PollIOLoop loop) =>
        SpinWait.SpinUntil(() => loop.ToString().Contains(" 2 callbacks queued", StringComparison.Ordinal), Patience).ShouldBeTrue();
}
