using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using IOLoops.Conformance;
using IOLoops.Hosting;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>What a loop over Windows messages promises besides the contract of all loops.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsMessageTests : HostingHarness
{
    private const int Enough = 20;

    public WindowsMessageTests()
        : base(PollerKind.Default) => Assert.SkipUnless(OperatingSystem.IsWindows(), "only Windows has threads that pump Windows messages");

    [Fact]
    public void A_thousand_callbacks_of_another_thread_are_one_message()
    {
        var (thread, loop) = Attached();
        int ran = 0, before = 0;
        var last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var release = Hold(thread);
        before = thread.Dispatched;
        for (int i = 0; i < 1000; i++)
            loop.AddCallback(() => ran++);
        loop.AddCallback(last.SetResult);
        release.Set();
        Await(last.Task, "the callbacks");
        ran.ShouldBe(1000);
        (thread.Dispatched - before).ShouldBeLessThan(10);
    }

    [Fact]
    public void A_timer_of_the_thread_ticks_beside_endless_callbacks()
    {
        var (thread, loop) = Attached();
        thread.StartTicking();
        long turns = 0, ticked = 0, turnsAtTicks = 0;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Again()
        {
            turns++;
            if (thread.Ticks != ticked)
                (ticked, turnsAtTicks) = (thread.Ticks, turns);
            if (ticked >= Enough && turns > turnsAtTicks + Enough)
                done.SetResult();
            else
                loop.AddCallback(Again);
        }
        loop.AddCallback(Again);
        Await(done.Task, $"{Enough} ticks, and turns after them");
    }

    [Fact]
    public void Without_a_budget_the_thread_s_timer_waits_for_the_loop()
    {
        var (thread, loop) = Attached(new HostedIOLoopOptions { TurnBudget = null });
        thread.StartTicking();
        int after = 0;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var deadline = loop.Time + TimeSpan.FromMilliseconds(200);
        void Again()
        {
            after = thread.Ticks;
            if (loop.Time < deadline)
                loop.AddCallback(Again);
            else
                done.SetResult();
        }
        int before = thread.Ticks;
        loop.AddCallback(Again);
        Await(done.Task, "the callbacks");
        (after - before).ShouldBeLessThan(4, "of some 20: else the test before this one tests nothing");
    }

    [Fact]
    public void Turns_continue_in_a_dialog_that_a_handler_shows()
    {
        var (thread, loop) = Attached();
        bool isInside = false, reentered = false;
        var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Pipe showing = NewPipe(), other = NewPipe();
        InLoop(loop, () =>
        {
            loop.AddHandler(other.ReadEnd, (_, _) =>
            {
                other.Drain();
                if (isInside)
                    inside.SetResult();
            }, IOEvents.Read);
            loop.AddHandler(showing.ReadEnd, (_, _) =>
            {
                reentered |= isInside;
                isInside = true;
                other.Send();
                thread.PumpUntil(() => inside.Task.IsCompleted);
                isInside = false;
                showing.Drain();
            }, IOEvents.Read);
        });
        showing.Send();
        Await(inside.Task, "a handler inside the dialog");
        InLoop(loop, () => isInside.ShouldBeFalse());
        reentered.ShouldBeFalse();
        InLoop(loop, () =>
        {
            loop.RemoveHandler(showing.ReadEnd);
            loop.RemoveHandler(other.ReadEnd);
        });
    }

    [Fact]
    public void Turns_continue_in_a_dialog_that_the_thread_itself_shows()
    {
        var (thread, loop) = Attached();
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        thread.Post(() =>
        {
            loop.CallLater(TimeSpan.FromMilliseconds(1), ran.SetResult);
            thread.PumpUntil(() => ran.Task.IsCompleted);
        });
        Await(ran.Task, "a timeout inside the dialog");
    }

    [Fact]
    public void RunSync_on_the_thread_runs_its_other_messages_meanwhile()
    {
        var (thread, loop) = Attached();
        var other = Another(thread); // which the message loop of RunSync knows as little of as of an application's windows
        int result = thread.Invoke(() => loop.RunSync(async () =>
        {
            var own = new TaskCompletionSource<int>();
            other.AddCallback(() => own.SetResult(7));
            return await own.Task;
        }, Patience));
        result.ShouldBe(7);
    }

    [Fact]
    public void Start_on_the_thread_runs_its_messages_until_the_loop_is_stopped()
    {
        var (thread, loop) = New();
        var other = Another(thread);
        var started = Task.Run(() => thread.Invoke(loop.Start));
        loop.AddCallback(() => other.AddCallback(loop.Stop));
        Await(started, "the end of Start");
        started.IsCompletedSuccessfully.ShouldBeTrue(started.Exception?.ToString());
    }

    [Fact]
    public void WM_QUIT_ends_RunSync_with_an_error_and_then_the_thread_s_own_loop()
    {
        var (thread, loop) = Attached();
        var error = thread.Invoke(() => Should.Throw<InvalidOperationException>(() => loop.RunSync(async () =>
        {
            thread.Quit();
            await Task.Delay(Timeout.InfiniteTimeSpan);
        }, Patience)));
        error.Message.ShouldContain("WM_QUIT");
        Await(thread.Ended, "the end of the thread's own loop");
        loop.IsRunning.ShouldBeTrue("the thread may pump again");
        loop.Stop();
    }

    [Fact]
    public void An_idle_loop_learns_that_its_thread_has_ended()
    {
        var (thread, loop) = Attached();
        InLoop(loop, () => { });
        thread.Dispose();
        Await(loop.Completion, "the end of the run");
        loop.IsRunning.ShouldBeFalse();
        loop.Completion.Exception!.InnerException!.Message.ShouldContain("has ended");
        Should.Throw<InvalidOperationException>(loop.Attach);
    }

    [Fact]
    public void An_idle_loop_learns_that_its_window_was_destroyed()
    {
        var (thread, loop) = Attached();
        nint window = ((TestLoop)loop).Window.Handle;
        thread.Invoke(() => _ = TestWindows.DestroyWindow(window));
        Await(loop.Completion, "the end of the run");
        loop.Completion.Exception!.InnerException!.Message.ShouldContain("destroyed");
        Should.Throw<InvalidOperationException>(loop.Attach);
    }

    [Fact]
    public void Closing_on_the_thread_destroys_the_window_at_once()
    {
        var (thread, loop) = Attached();
        nint window = ((TestLoop)loop).Window.Handle;
        InLoop(loop, () => { });
        TestWindows.Exists(window).ShouldBeTrue();
        thread.Invoke(() =>
        {
            loop.Stop();
            loop.Close();
            return TestWindows.Exists(window);
        }).ShouldBeFalse();
    }

    [Fact]
    public void Closing_on_another_thread_has_the_window_destroyed_on_its_own()
    {
        var (thread, loop) = Attached();
        nint window = ((TestLoop)loop).Window.Handle;
        loop.Stop();
        Await(loop.Completion, "the end of the run");
        loop.Close();
        thread.Invoke(() => { }); // behind the message that destroys it
        TestWindows.Exists(window).ShouldBeFalse();
    }

    [Fact]
    public void The_window_of_a_loop_that_nobody_closed_goes_with_it()
    {
        var thread = Own(new MessageThread());
        nint window = thread.Invoke(Forget);
        Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            thread.Invoke(() => { });
            return !TestWindows.Exists(window);
        }, "the window is gone");

        [MethodImpl(MethodImplOptions.NoInlining)]
        static nint Forget() => new TestLoop(null).Window.Handle;
    }

    private (MessageThread Thread, WindowsMessageIOLoop Loop) New(HostedIOLoopOptions? options = null)
    {
        var thread = Own(new MessageThread());
        options ??= new HostedIOLoopOptions();
        options.LoggerFactory = Log;
        return (thread, thread.Invoke(() => Watched(new TestLoop(options))));
    }

    private (MessageThread Thread, WindowsMessageIOLoop Loop) Attached(HostedIOLoopOptions? options = null)
    {
        var (thread, loop) = New(options);
        loop.Attach();
        return (thread, loop);
    }

    private WindowsMessageIOLoop Another(MessageThread thread)
    {
        var loop = thread.Invoke(() => Watched(new WindowsMessageIOLoop()));
        loop.Attach();
        return loop;
    }

    /// <summary>Keeps the thread busy until what this returns is set.</summary>
    private static ManualResetEventSlim Hold(MessageThread thread)
    {
        var release = new ManualResetEventSlim();
        using var holding = new ManualResetEventSlim();
        thread.Post(() =>
        {
            holding.Set();
            release.Wait(Patience);
        });
        Await(holding, "the thread to be busy");
        return release;
    }

    private sealed class TestLoop(HostedIOLoopOptions? options) : WindowsMessageIOLoop(options)
    {
        internal MessageWindow Window => ((WindowsMessageHost)Host).Window;
    }
}
