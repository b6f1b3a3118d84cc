using System.Collections.Concurrent;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Groups;

/// <summary>Groups start, stop, are drained and are closed as one.</summary>
public sealed class GroupRunTests : GroupHarness
{
    [Fact]
    public async Task Each_loop_runs_on_a_background_thread_of_its_own_with_its_name_and_again_after_a_stop()
    {
        var group = NewGroup(3, options => options.Name = "workers");
        group.Name.ShouldBe("workers");
        for (int round = 0; round < 2; round++)
        {
            var run = group.RunAsync();
            group.IsRunning.ShouldBeTrue();
            var threads = new List<Thread>();
            foreach (var loop in group.Loops)
                threads.Add(await Soon(loop.InvokeAsync(() => Thread.CurrentThread)));
            threads.Select(thread => thread.Name).ShouldBe(["workers-0", "workers-1", "workers-2"]);
            threads.Distinct().Count().ShouldBe(3);
            threads.ShouldAllBe(thread => thread.IsBackground);
            run.IsCompleted.ShouldBeFalse();
            await Soon(group.StopAsync());
            await Soon(run);
            group.IsRunning.ShouldBeFalse();
            group.Loops.ShouldAllBe(loop => !loop.IsRunning && !loop.IsClosed);
        }
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stop_before_the_run_ends_it_at_once_and_is_used_up()
    {
        var group = NewGroup(2);
        await Soon(group.StopAsync());
        await Soon(group.RunAsync());
        group.IsRunning.ShouldBeFalse();
        var run = group.RunAsync();
        await Soon(group.Loops[1].InvokeAsync(() => { }));
        group.Stop();
        await Soon(run);
    }

    [Fact]
    public async Task A_stop_while_threads_are_starting_is_not_lost_and_is_not_left_for_the_next_run()
    {
        var group = NewGroup(3);
        for (int round = 0; round < 100; round++)
        {
            var run = group.RunAsync();
            group.Stop();
            await Soon(run);
        }
        var last = group.RunAsync();
        foreach (var loop in group.Loops)
            await Soon(loop.InvokeAsync(() => { }));
        last.IsCompleted.ShouldBeFalse();
        await Soon(group.StopAsync());
        await Soon(last);
        await Soon(group.DisposeAsync().AsTask());
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_token_stops_all_loops_and_is_no_error()
    {
        var group = NewGroup(2);
        using var source = new CancellationTokenSource();
        var run = group.RunAsync(source.Token);
        await Soon(group.Loops[0].InvokeAsync(() => { }));
        await source.CancelAsync();
        await Soon(run);
        await Soon(group.RunAsync(source.Token));
        group.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public async Task A_second_run_is_refused_and_a_closed_group_or_loop_too()
    {
        var group = NewGroup(2);
        var run = group.RunAsync();
        Should.Throw<InvalidOperationException>(() => { _ = group.RunAsync(); }).Message.ShouldContain("running already");
        await Soon(group.StopAsync());
        await Soon(run);
        group.Loops[1].Close();
        Should.Throw<ObjectDisposedException>(() => { _ = group.RunAsync(); });
        group.Loops[0].IsRunning.ShouldBeFalse();
        group.Dispose();
        Should.Throw<ObjectDisposedException>(() => { _ = group.RunAsync(); });
        Should.Throw<ObjectDisposedException>(() => group.Next());
    }

    [Fact]
    public async Task Callbacks_that_are_added_around_a_stop_run_in_this_run_or_in_the_next()
    {
        const int Threads = 3;
        const int PerThread = 2_000;
        var group = NewGroup(2);
        int ran = 0;
        var run = group.RunAsync();
        using var begun = new CountdownEvent(Threads);
        var adding = Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            begun.Signal();
            for (int i = 0; i < PerThread; i++)
                group.Next().AddCallback(() => Interlocked.Increment(ref ran));
        })).ToArray();
        begun.Wait(Patience).ShouldBeTrue();
        await Soon(group.StopAsync());
        await Soon(run);
        await Soon(Task.WhenAll(adding));
        run = group.RunAsync();
        await Soon(group.DrainAsync());
        Volatile.Read(ref ran).ShouldBe(Threads * PerThread);
        await Soon(group.StopAsync());
        await Soon(run);
    }

    [Fact]
    public async Task Callbacks_of_one_loop_run_in_order_and_those_of_two_loops_at_the_same_time()
    {
        var group = NewGroup(2);
        var run = group.RunAsync();
        using var both = new Barrier(2);
        var met = group.Loops.Select(loop => loop.InvokeAsync(() => both.SignalAndWait(Patience))).ToList();
        (await Soon(Task.WhenAll(met))).ShouldBe([true, true]);
        var ran = group.Loops.Select(_ => new List<int>()).ToList();
        for (int i = 0; i < 1_000; i++)
        {
            int number = i;
            for (int loop = 0; loop < 2; loop++)
            {
                var order = ran[loop];
                group.Loops[loop].AddCallback(() => order.Add(number));
            }
        }
        await Soon(group.DrainAsync());
        await Soon(group.StopAsync());
        await Soon(run);
        ran.ShouldAllBe(order => order.SequenceEqual(Enumerable.Range(0, 1_000)));
    }

    [Fact]
    public async Task StopAsync_inside_a_turn_resumes_there_when_all_other_runs_have_ended()
    {
        var group = NewGroup(3);
        var run = group.RunAsync();
        var own = group.Loops[1];
        var resumed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        own.AddCallback(async () =>
        {
            int thread = Environment.CurrentManagedThreadId;
            await group.StopAsync();
            bool allEnded = group.Loops.All(loop => !loop.IsRunning);
            resumed.SetResult($"{allEnded} {thread == Environment.CurrentManagedThreadId}");
        });
        (await Soon(resumed.Task)).ShouldBe("True True");
        await Soon(run);
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task DisposeAsync_inside_a_turn_resumes_when_all_loops_are_closed()
    {
        var group = NewGroup(3);
        var run = group.RunAsync();
        var resumed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        group.Loops[2].AddCallback(async () =>
        {
            await group.DisposeAsync();
            resumed.SetResult(group.Loops.All(loop => loop.IsClosed));
        });
        (await Soon(resumed.Task)).ShouldBeTrue();
        await Soon(run);
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Disposal_closes_loops_that_run_and_loops_that_are_just_starting()
    {
        for (int round = 0; round < 50; round++)
        {
            var group = NewGroup(2);
            var run = group.RunAsync();
            if (round % 2 == 0)
                group.Dispose();
            else
                await Soon(group.DisposeAsync().AsTask());
            await Soon(run);
            SpinWait.SpinUntil(() => group.Loops.All(loop => loop.IsClosed), Patience).ShouldBeTrue();
            group.IsRunning.ShouldBeFalse();
            group.Dispose();
        }
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_accepted_and_never_ran_is_reported_when_the_group_is_closed()
    {
        var group = NewGroup(2);
        group.Loops[0].AddCallback(() => { });
        group.Loops[1].AddCallback(() => { });
        group.Loops[1].AddCallback(() => { });
        await Soon(group.DisposeAsync().AsTask());
        Log.Entries.Count.ShouldBe(2);
        Log.Entries.Count(entry => entry.Counts(1) && entry.Message.Contains("LoopGroup-0", StringComparison.Ordinal)).ShouldBe(1);
        Log.Entries.Count(entry => entry.Counts(2) && entry.Message.Contains("LoopGroup-1", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void Options_out_of_range_are_refused_and_a_loop_that_cannot_be_made_closes_the_others()
    {
        Should.Throw<ArgumentNullException>(() => new LoopGroup(null!));
        Should.Throw<ArgumentOutOfRangeException>(() => NewGroup(0));
        Should.Throw<ArgumentOutOfRangeException>(() => NewGroup(1, options => options.Distribution = (LoopDistribution)7));
        var made = new ConcurrentQueue<PollIOLoop>();
        Should.Throw<IOException>(() => NewGroup(3, create: options =>
        {
            if (made.Count == 2)
                throw new IOException("no descriptors left");
            made.Enqueue(new PollIOLoop(options));
            return made.Last();
        }));
        made.Count.ShouldBe(2);
        made.ShouldAllBe(loop => loop.IsClosed);
        Should.Throw<ArgumentException>(() => NewGroup(1, create: _ => null!));
        using var byDefault = new LoopGroup();
        byDefault.Loops.Count.ShouldBe(Environment.ProcessorCount);
    }
}
