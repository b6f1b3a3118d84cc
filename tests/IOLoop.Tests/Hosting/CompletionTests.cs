using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>What a hosted loop tells of the end of its runs.</summary>
public sealed class CompletionTests : HostingHarness
{
    [Fact]
    public void Completion_is_over_before_the_first_run_and_ends_with_each_run()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        loop.Completion.IsCompletedSuccessfully.ShouldBeTrue();
        for (int run = 0; run < 3; run++)
        {
            loop.Attach();
            var completion = loop.Completion;
            InLoop(loop, () => completion.IsCompleted.ShouldBeFalse());
            loop.Stop();
            Await(completion, "the run");
            completion.IsCompletedSuccessfully.ShouldBeTrue();
            loop.Completion.ShouldBeSameAs(completion);
        }
    }

    [Fact]
    public void Completion_fails_with_what_the_host_was_lost_by()
    {
        var host = NewHost();
        var loop = Attached(host);
        host.Dispose();
        loop.AddCallback(() => { });
        Await(loop.Completion, "the end of the run");
        loop.Completion.Exception.ShouldNotBeNull().InnerException.ShouldBeOfType<InvalidOperationException>()
            .InnerException.ShouldBeOfType<ObjectDisposedException>();
        loop.StopAsync().IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void StopAsync_of_a_loop_whose_turn_was_dropped_ends_without_an_error()
    {
        var host = NewHost();
        var loop = Attached(host);
        var release = Hold(host);
        loop.AddCallback(() => { });
        host.End();
        release.Set();
        var stop = loop.StopAsync();
        Await(stop, "StopAsync");
        stop.IsCompletedSuccessfully.ShouldBeTrue();
        loop.Completion.IsFaulted.ShouldBeTrue();
    }

    [Fact]
    public void A_failed_completion_that_nobody_looks_at_is_no_unobserved_exception()
    {
        int unobserved = 0;
        void Count(object? sender, UnobservedTaskExceptionEventArgs args)
        {
            if (args.Exception.InnerException?.Message.Contains(nameof(CompletionTests), StringComparison.Ordinal) == true)
                unobserved++;
        }
        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            for (int i = 0; i < 5; i++)
                LoseOne();
            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }
        unobserved.ShouldBe(0);
    }

    [Fact]
    public void Code_that_awaits_Completion_in_a_callback_resumes_behind_the_run_and_may_close_the_loop()
    {
        var host = NewHost();
        var loop = Attached(host);
        var resumed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.AddCallback(async () =>
        {
            loop.Stop();
            await loop.Completion;
            loop.Close();
            resumed.SetResult(host.IsOnHostThread);
        });
        Await(resumed.Task, "the callback to resume");
        ResultOf(resumed.Task).ShouldBeTrue();
    }

    // Nothing may run inside the AddCallback that finds the host gone.
    [Fact]
    public void Code_that_awaits_the_end_of_a_run_that_is_lost_resumes_on_the_pool()
    {
        var host = NewHost();
        var loop = Attached(host);
        var resumed = new TaskCompletionSource<Thread>(TaskCreationOptions.RunContinuationsAsynchronously);
        InLoop(loop, () => _ = Resume());
        async Task Resume()
        {
            try
            {
                await loop.Completion;
            }
            catch (InvalidOperationException)
            {
                resumed.SetResult(Thread.CurrentThread);
            }
        }
        host.Dispose();
        OtherThread.Run(() => loop.AddCallback(() => { }));
        Await(resumed.Task, "the callback to resume");
        ResultOf(resumed.Task).IsThreadPoolThread.ShouldBeTrue();
    }

    [Fact]
    public void A_loop_that_is_disposed_of_on_the_host_s_thread_between_turns_is_closed_at_once()
    {
        var host = NewHost();
        var loop = Attached(host);
        OnHost(host, () =>
        {
            loop.Dispose();
            loop.IsClosed.ShouldBeTrue();
        });
        loop.Completion.IsCompletedSuccessfully.ShouldBeTrue();
    }

    private static T ResultOf<T>(Task<T> ended) => ended.GetAwaiter().GetResult();

    private static void LoseOne()
    {
        using var host = new StrictHost(isPumpable: false);
        var loop = new HostedIOLoop(host, new HostedIOLoopOptions { LoggerFactory = new CollectingLoggerFactory(), Name = nameof(CompletionTests) });
        loop.Attach();
        host.End();
        loop.Stop();
        loop.AddCallback(() => { });
        Until(() => !loop.IsRunning, "the run is lost");
        loop.Close();
    }
}
