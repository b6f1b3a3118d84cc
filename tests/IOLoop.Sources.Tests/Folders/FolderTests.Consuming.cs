using System.Diagnostics;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Folders;

public abstract partial class FolderTests
{
    [Fact]
    public void A_full_buffer_is_one_overflow_and_watching_continues() => InLoop("changes", async () =>
    {
        using var watch = NewWatch(capacity: 3);
        watch.Add(Root, includeSubfolders: true);
        for (int i = 0; i < 10; i++)
            MakeFolder($"{i}");
        var taken = new List<string>();
        await Within(Take(watch, taken, upTo: "overflow"));
        taken.ShouldBe(["+0/", "+1/", "+2/", "overflow"]);
        MakeFolder("9/a");
        await Within(Take(watch, taken, upTo: "+9/a/"));
        taken.Count.ShouldBe(5);
    });

    [Fact]
    public void The_kernels_overflow_is_reported_and_new_folders_are_watched_after_it() => InLoop("changes", async () =>
    {
        int most = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"));
        SkipUnless(most <= 20_000, "the kernel's queue is too long to fill");
        MakeFolder("gone/sub");
        MakeFolder("stays/moves");
        Write("one");
        Write("two");
        using var watch = WatchTree();
        watch.Add(In("gone"));
        for (int i = 0; i <= most; i += 2)
        {
            File.SetLastWriteTimeUtc(In("one"), DateTime.UnixEpoch);
            File.SetLastWriteTimeUtc(In("two"), DateTime.UnixEpoch);
        }
        Directory.Delete(In("gone"), recursive: true);
        Directory.Move(In("stays/moves"), In("stays/moved"));
        MakeFolder("new/sub");
        Write("new/sub/f");
        var taken = new List<string>();
        await Within(Take(watch, taken, upTo: "overflow", skip: "@"));
        taken.Count(change => change == "overflow").ShouldBe(1);
        MakeFolder("stays/moved/a");
        MakeFolder("new/sub/a");
        taken.Clear();
        await Within(Take(watch, taken, upTo: "+new/sub/a/"));
        taken.ShouldBe(["+stays/moved/a/", "+new/sub/a/"]);
    });

    [Fact]
    public void A_waiting_consumer_is_cancelled_and_another_continues_without_loss() => InLoop("changes", async () =>
    {
        using var watch = NewWatch();
        watch.Add(Root);
        using var source = new CancellationTokenSource();
        var first = watch.GetAsyncEnumerator(source.Token);
        var wait = first.MoveNextAsync().AsTask();
        _ = Task.Run(source.Cancel);
        var thrown = await Should.ThrowAsync<OperationCanceledException>(() => Within(wait));
        thrown.CancellationToken.ShouldBe(source.Token);
        await first.DisposeAsync();
        MakeFolder("a");
        (await ChangesOf(watch)).ShouldBe(["+a/"]);
        await Should.ThrowAsync<OperationCanceledException>(async () => await watch.GetAsyncEnumerator(source.Token).MoveNextAsync());
    });

    [Fact]
    public void A_consumer_that_an_earlier_call_of_the_turn_cancels_takes_nothing() => InLoop("changes", async () =>
    {
        var watches = new[] { NewWatch(), NewWatch() };
        var sources = new[] { Own(new CancellationTokenSource()), Own(new CancellationTokenSource()) };
        foreach (var watch in watches)
            watch.Add(Root);
        var consumers = new[] { TakeThenCancelAsync(0), TakeThenCancelAsync(1) };
        MakeFolder("a"); // both are reported in one poll
        bool[] taken = await Within(Task.WhenAll(consumers));
        taken.Count(isTaken => isTaken).ShouldBe(1);
        (await ChangesOf(watches[taken[0] ? 1 : 0])).ShouldBe(["+a/"]);

        async Task<bool> TakeThenCancelAsync(int which)
        {
            var changes = watches[which].GetAsyncEnumerator(sources[which].Token);
            try
            {
                await changes.MoveNextAsync().ConfigureAwait(false);
#pragma warning disable CA1849 // the point is that it is cancelled when this returns
                sources[1 - which].Cancel();
#pragma warning restore CA1849
                return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
            finally
            {
                await changes.DisposeAsync();
            }
        }
    });

    [Fact]
    public void A_second_consumer_is_refused_until_the_first_has_ended() => InLoop("changes", async () =>
    {
        using var watch = NewWatch();
        watch.Add(Root);
        var first = watch.GetAsyncEnumerator();
        MakeFolder("a");
        (await Within(first.MoveNextAsync().AsTask())).ShouldBeTrue();
        await Should.ThrowAsync<InvalidOperationException>(async () => await watch.GetAsyncEnumerator().MoveNextAsync());
        await first.DisposeAsync();
        (await ChangesOf(watch)).ShouldBeEmpty();
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Disposal_ends_the_enumeration_without_an_error(bool onOtherThread) => InLoop("the end", async () =>
    {
        var watch = NewWatch();
        watch.Add(Root);
        var enumerator = watch.GetAsyncEnumerator();
        var wait = enumerator.MoveNextAsync().AsTask();
        bool isInside = true;
        var end = wait.ContinueWith(_ => (isInside, Loop.IsOnLoopThread), TaskContinuationOptions.ExecuteSynchronously);
        if (onOtherThread)
            await Task.Run(watch.Dispose);
        else
            watch.Dispose();
        isInside = false;
        (await Within(wait)).ShouldBeFalse();
        (await end).ShouldBe((onOtherThread && (await end).isInside, true));
        await enumerator.DisposeAsync();
        watch.Dispose();
        (await watch.GetAsyncEnumerator().MoveNextAsync()).ShouldBeFalse();
        Should.Throw<ObjectDisposedException>(() => watch.Add(Root));
        watch.Remove(Root);
    });

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_watch_that_is_disposed_before_its_loop_is_closed_leaves_nothing_to_log(bool waits, bool onLoop)
    {
        var watch = NewWatch();
        Task wait = Task.CompletedTask;
        using var source = new CancellationTokenSource();
        InLoop("a change", async () =>
        {
            watch.Add(Root);
            MakeFolder("a");
            var enumerator = watch.GetAsyncEnumerator(source.Token);
            (await Within(enumerator.MoveNextAsync().AsTask())).ShouldBeTrue();
            if (waits)
                wait = enumerator.MoveNextAsync().AsTask();
            if (onLoop)
                End();
        });
        if (!onLoop)
            End();
        Loop.Close();
        Bounded.Await(wait, "the consumer");
        Log.Entries.ShouldBeEmpty();

        void End()
        {
            watch.Dispose();
            source.Cancel();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_closed_loop_ends_the_consumer_with_an_error(bool hasRun)
    {
        var watch = NewWatch();
        watch.Add(Root);
        if (hasRun)
            InLoop(() => { });
        var wait = watch.GetAsyncEnumerator().MoveNextAsync().AsTask();
        Loop.Close();
        Bounded.Await(wait, "the consumer");
        wait.Exception!.InnerException.ShouldBeOfType<ObjectDisposedException>();
        Should.Throw<ObjectDisposedException>(() => watch.Add(Root));
        Should.Throw<ObjectDisposedException>(() => new FolderWatch(Loop));
    }

    [Fact]
    public void A_consumer_without_a_context_resumes_on_the_loop() => InLoop("a change", async () =>
    {
        using var watch = NewWatch();
        watch.Add(Root);
        var resumed = new TaskCompletionSource<bool>();
        await Task.Run(() =>
        {
#pragma warning disable CA2012 // awaited by hand: its continuation is there before anything happens
            var wait = watch.GetAsyncEnumerator().MoveNextAsync().GetAwaiter();
#pragma warning restore CA2012
            wait.UnsafeOnCompleted(() => resumed.SetResult(Loop.IsOnLoopThread));
        });
        MakeFolder("a");
        (await Within(resumed.Task)).ShouldBeTrue();
    });

    private async Task Take(FolderWatch watch, List<string> changes, string upTo, string? skip = null)
    {
        await foreach (var change in watch)
        {
            string brief = InBrief(change);
            if (skip is null || !brief.StartsWith(skip, StringComparison.Ordinal))
                changes.Add(brief);
            if (brief == upTo)
                return;
        }
    }
}
