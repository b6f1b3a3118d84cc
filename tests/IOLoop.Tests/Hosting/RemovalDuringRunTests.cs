using System.Collections.Concurrent;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>RemoveHandlerAsync from other threads, against turns that nest and against the end of turns.</summary>
public sealed class RemovalDuringRunTests : HostingHarness
{
    [Fact]
    public void Removing_from_another_thread_waits_for_a_handler_that_nests_a_run()
    {
        var host = NewHost(isPumpable: true);
        var loop = NewLoop(host);
        var file = NewEventFd();
        file.Signal();
        bool early = true;
        Task? removal = null;
        var ended = new TaskCompletionSource();
        loop.AddHandler(file.Number, (_, _) =>
        {
            file.Drain();
            loop.RunSync(() => Task.Run(() => { removal = loop.RemoveHandlerAsync(file.Number).AsTask(); }));
            loop.RunSync(async () =>
            {
                for (int turn = 0; turn < 10; turn++)
                    await Task.Yield();
            });
            early = removal!.IsCompleted;
            ended.SetResult();
        }, IOEvents.Read);
        loop.RunSync(() => ended.Task, Patience);
        early.ShouldBeFalse();
        Await(removal!, "the removal, after the handler has returned");
    }

    // Row: RemoveHandlerAsync from any thread, also while the loop ends
    [Fact]
    public void A_removal_asked_for_just_before_the_host_s_thread_stops_the_loop_is_served_by_the_stop()
    {
        var host = NewHost();
        var loop = Attached(host);
        var file = NewEventFd();
        Task? removal = null;
        OnHost(host, () =>
        {
            loop.AddHandler(file.Number, (_, _) => Assert.Fail("it was removed"), IOEvents.Read);
            OtherThread.Run(() => removal = loop.RemoveHandlerAsync(file.Number).AsTask());
            removal!.IsCompleted.ShouldBeFalse("no turn has run");
            loop.Stop();
            removal.IsCompletedSuccessfully.ShouldBeTrue();
            loop.AddHandler(file.Number, (_, _) => { }, IOEvents.Read);
        });
    }

    [Fact]
    public void Removing_from_another_thread_while_turns_end_does_not_disturb_the_loop()
    {
        const int files = 200;
        var loop = Watched(new HostedIOLoop(new PoolHost(), new HostedIOLoopOptions { LoggerFactory = Log }));
        var resting = new TaskCompletionSource();
        var ends = new ConcurrentBag<Task>();
        var nulls = Enumerable.Range(0, files).Select(_ => Own(new DescriptorHandle(Descriptors.Open("/dev/null"))).Number).ToArray();
        loop.Attach();
        for (int round = 0; round < 50; round++)
        {
            InLoop(loop, () => Array.ForEach(nulls, fd => loop.AddHandler(fd, (_, _) => resting.Task, IOEvents.Read)));
            var removals = new Task[2];
            for (int half = 0; half < 2; half++)
            {
                int from = half;
                removals[half] = Task.Run(async () =>
                {
                    for (int i = from; i < files; i += 2)
                    {
                        ends.Add(loop.RemoveHandlerAsync(nulls[i]).AsTask()); // with the task of the call
                        loop.AddCallback(() => { });
                        await Task.Yield();
                    }
                });
            }
            Await(Task.WhenAll(removals), "the removals");
            InLoop(loop, () => loop.IsRunning.ShouldBeTrue());
        }
        resting.SetResult();
        Await(Task.WhenAll(ends), "the ends of all calls");
        Log.Entries.ShouldBeEmpty();
    }
}
