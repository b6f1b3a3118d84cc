using System.Runtime.CompilerServices;
using IOLoops.Conformance;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>Mistakes of new users, which are reported, and hosts that end silently.</summary>
public sealed class MistakeTests : HostingHarness
{
    // Row: Send
    [Fact]
    public void A_send_on_the_host_s_thread_is_refused_while_the_loop_is_not_attached()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        bool ran = false;
        OnHost(host, () => Should.Throw<InvalidOperationException>(() => loop.SynchronizationContext.Send(_ => ran = true, null))
            .Message.ShouldContain("does not run"));
        loop.Attach();
        OnHost(host, () => loop.SynchronizationContext.Send(_ => ran = true, null));
        ran.ShouldBeTrue();
    }

    // A dispatcher's context of a lower priority, for example, is not the one that is current on its thread.
    [Fact]
    public void A_loop_over_a_context_that_is_not_current_says_that_its_thread_is_not_known_yet_and_learns_it_in_a_turn()
    {
        using var thread = new QueueContext();
        var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        SynchronizationContextIOLoop? loop = null;
        string message = "";
        thread.Send(
            _ =>
            {
                loop = SynchronizationContextIOLoop.Attach(new RelayingContext(thread));
                message = Should.Throw<InvalidOperationException>(() => loop.CallLater(TimeSpan.Zero, () => { })).Message;
                loop.AddCallback(() => thread.Post(
                    _ =>
                    {
                        loop.CallLater(TimeSpan.Zero, resumed.SetResult);
                    },
                    null));
            },
            null);
        Await(resumed.Task, "a timeout that was added between turns");
        message.ShouldContain("not known");
        message.ShouldContain("SwitchTo");
        message.ShouldContain("AddCallback");
        loop!.Dispose();
    }

    [Fact]
    public void An_await_that_would_resume_on_a_loop_that_has_stopped_is_reported_once()
    {
        var host = NewHost();
        var loop = Attached(host);
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        InLoop(loop, () =>
        {
            _ = WaitForAsync(never.Task);
            _ = WaitForAsync(never.Task);
            loop.Stop();
        });
        Await(loop.Completion, "the end of the run");
        Stranded().ShouldBe(0, "nothing has resumed yet");
        never.SetResult();
        Until(() => Stranded() == 1, "the await is reported");
        Log.Entries.Single(IsStranded).Message.ShouldContain(nameof(WaitForAsync));
        Log.Entries.Single(IsStranded).Level.ShouldBe(LogLevel.Warning);
        RunAgain(loop, host); // what was queued runs in the next run, so nothing is left to report
        Stranded().ShouldBe(1);
    }

    [Fact]
    public void An_await_that_is_queued_when_the_run_ends_is_reported_and_callbacks_that_wait_for_the_next_run_are_not()
    {
        var host = NewHost();
        var loop = Attached(host);
        InLoop(loop, () =>
        {
            loop.AddCallback(() => { });
            loop.Stop();
        });
        Await(loop.Completion, "the end of the run");
        loop.AddCallback(() => { });
        loop.SynchronizationContext.Post(_ => { }, null); // no await
        Stranded().ShouldBe(0);
        RunAgain(loop, host);
        loop.Attach();
        InLoop(loop, () =>
        {
            _ = YieldAsync();
            loop.Stop();
        });
        Await(loop.Completion, "the end of the run");
        Until(() => Stranded() == 1, "the await is reported");
        RunAgain(loop, host);
    }

    [Fact]
    public void A_loop_that_was_lost_with_its_host_reports_an_await_that_waits_for_it()
    {
        var host = NewHost();
        var loop = Attached(host);
        var resume = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        InLoop(loop, () => _ = WaitForAsync(resume.Task));
        host.Dispose();
        loop.AddCallback(() => { });
        Await(loop.Completion, "the end of the run");
        resume.SetResult();
        Until(() => Stranded() == 1, "the await is reported");
    }

    [Fact]
    public void A_context_that_drops_what_is_posted_when_its_thread_has_ended_is_found_to_be_gone()
    {
        var context = new DroppingContext();
        var loop = Watched(new SynchronizationContextIOLoop(context, new HostedIOLoopOptions { LoggerFactory = Log }));
        loop.Attach();
        InLoop(loop, () => { });
        context.End();
        loop.IsRunning.ShouldBeTrue("the end cannot have been noticed yet");
        loop.AddCallback(() => { });
        Await(loop.Completion, "the loss to be noticed");
        loop.Completion.IsFaulted.ShouldBeTrue();
        loop.Completion.Exception!.InnerException!.Message.ShouldContain("thread has ended");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_loop_that_is_collected_with_callbacks_that_never_ran_reports_them(bool isHosted)
    {
        using var log = new CollectingLoggerFactory();
        var task = Forget(log, isHosted);
        Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return log.Entries.Any(entry => entry.Message.Contains("was collected", StringComparison.Ordinal) && entry.Counts(3));
        }, "the callbacks are reported");
        log.Entries.Count.ShouldBe(1);
        Await(task, "the call of InvokeAsync fails");
        task.Exception!.InnerException.ShouldBeOfType<ObjectDisposedException>();
    }

    [Fact]
    public void A_loop_that_was_closed_or_has_nothing_queued_is_collected_without_a_word()
    {
        using var log = new CollectingLoggerFactory();
        var loops = ForgetOthers(log);
        Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return loops.TrueForAll(loop => !loop.IsAlive);
        }, "the loops are collected");
        log.Entries.Count.ShouldBe(1, "that one callback never ran, by Close");
    }

    private static bool IsStranded(LogEntry entry) => entry.Message.Contains("no longer runs", StringComparison.Ordinal);

    private int Stranded() => Log.Entries.Count(IsStranded);

    private static void RunAgain(HostedIOLoop loop, StrictHost host)
    {
        loop.Attach();
        InLoop(loop, () => { });
        Settle(host);
        loop.Stop();
        Await(loop.Completion, "the end of the run");
    }

    private static async Task WaitForAsync(Task task) => await task;

    private static async Task YieldAsync()
    {
        await Task.Yield();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task Forget(ILoggerFactory log, bool isHosted)
    {
        IOLoop loop = isHosted
            ? new HostedIOLoop(new PoolHost(), new HostedIOLoopOptions { LoggerFactory = log })
            : new PollIOLoop(new PollIOLoopOptions { LoggerFactory = log });
        loop.AddCallback(() => { });
        loop.AddCallbackFromSignal(() => { });
        return loop.InvokeAsync(() => { });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> ForgetOthers(ILoggerFactory log)
    {
        var closed = new PollIOLoop(new PollIOLoopOptions { LoggerFactory = log });
        closed.AddCallback(() => { });
        closed.Close();
        var idle = new HostedIOLoop(new PoolHost(), new HostedIOLoopOptions { LoggerFactory = log });
        idle.RunSync(() => { });
        return [new WeakReference(closed), new WeakReference(idle)];
    }

    /// <summary>A context with a thread that takes whatever it is given, also when that has ended.</summary>
    private sealed class DroppingContext : SynchronizationContext
    {
        private readonly WorkQueue _queue = new();
        private readonly Thread _thread;

        internal DroppingContext()
        {
            _thread = new Thread(() =>
            {
                while (_queue.Take() is { } work)
                    work();
            })
            { IsBackground = true };
            _thread.UnsafeStart();
        }

        public override void Post(SendOrPostCallback d, object? state) => _queue.TryAdd(() => d(state));

        internal void End()
        {
            _queue.End();
            _thread.Join(Patience);
        }
    }
}
