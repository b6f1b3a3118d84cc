using IOLoops.Conformance;
using IOLoops.VsThreading.Tests.Loops;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.VisualStudio.Threading;
using Shouldly;
using Xunit;

namespace IOLoops.VsThreading.Tests.Contexts;

/// <summary>Joinable tasks on a loop: its thread is the main thread, without any UI framework.</summary>
public sealed class LoopContextTests : IDisposable
{
    private readonly LoopThread _thread = new();
    private readonly JoinableTaskContext _context;

    public LoopContextTests() => _context = _thread.Loop.CreateJoinableTaskContext();

    private PollIOLoop Loop => _thread.Loop;

    [Fact]
    public void Switching_to_the_main_thread_resumes_on_the_loop()
    {
        bool onLoop = false;
        bool onMain = false;
        var resumed = Task.Run(async () =>
        {
            _context.IsOnMainThread.ShouldBeFalse();
            await _context.Factory.SwitchToMainThreadAsync();
            onLoop = Loop.IsOnLoopThread;
            onMain = _context.IsOnMainThread;
        });
        Bounded.Await(resumed, "the switch to the main thread");
        onLoop.ShouldBeTrue();
        onMain.ShouldBeTrue();
    }

    [Fact]
    public void What_is_awaited_in_joinable_tasks_resumes_on_the_loop()
    {
        var threads = new List<bool>();
        Bounded.Await(
            Loop.InvokeAsync(async () =>
            {
                await _context.Factory.RunAsync(async () =>
                {
                    await Task.Yield();
                    threads.Add(Loop.IsOnLoopThread);
                    await TaskScheduler.Default;
                    threads.Add(Loop.IsOnLoopThread);
                    await _context.Factory.SwitchToMainThreadAsync();
                    threads.Add(Loop.IsOnLoopThread);
                });
            }),
            "a joinable task");
        threads.ShouldBe([true, false, true]);
    }

    [Fact]
    public void Run_on_the_loop_s_thread_blocks_it_without_deadlock_for_joinable_work()
    {
        int resumed = 0;
        Bounded.Await(
            Loop.InvokeAsync(() => _context.Factory.Run(async () =>
            {
                for (int i = 0; i < 100; i++)
                {
                    await TaskScheduler.Default;
                    await _context.Factory.SwitchToMainThreadAsync();
                    Loop.IsOnLoopThread.ShouldBeTrue();
                    resumed++;
                }
            })),
            "Run on the loop's thread");
        resumed.ShouldBe(100);
    }

    [Fact]
    public void Run_on_another_thread_blocks_that_one_while_the_loop_serves_it()
    {
        bool onMain = false;
        OtherThread.Run(() => _context.Factory.Run(async () =>
        {
            await _context.Factory.SwitchToMainThreadAsync();
            onMain = _context.IsOnMainThread;
        }));
        onMain.ShouldBeTrue();
    }

    [Fact]
    public void Made_on_the_loop_it_has_the_same_main_thread()
    {
        JoinableTaskContext inside = null!;
        Bounded.Await(Loop.InvokeAsync(() => { inside = Loop.CreateJoinableTaskContext(); }), "a callback");
        inside.MainThread.ShouldBe(_context.MainThread);
        inside.IsNoOpContext.ShouldBeFalse();
    }

    [Fact]
    public void Before_a_loop_runs_the_calling_thread_is_its_main_thread_and_after_it_still_is()
    {
        using var loop = new PollIOLoop();
        var context = loop.CreateJoinableTaskContext();
        context.IsOnMainThread.ShouldBeTrue();
        bool during = false;
        var order = new List<string>();
        var earlier = Task.Run(async () =>
        {
            await context.Factory.SwitchToMainThreadAsync(); // before the loop runs
            order.Add("switched");
        });
        loop.RunSync(
            async () =>
            {
                during = context.IsOnMainThread;
                await context.Factory.SwitchToMainThreadAsync();
                await earlier;
                order.Add("run");
            },
            Bounded.Patience);
        during.ShouldBeTrue();
        order.ShouldBe(["switched", "run"]);
        context.IsOnMainThread.ShouldBeTrue();
        OtherThread.Run(() => context.IsOnMainThread.ShouldBeFalse());
    }

    [Fact]
    public void A_loop_that_another_thread_runs_later_makes_the_switch_fail_in_words()
    {
        using var loop = new PollIOLoop();
        var context = loop.CreateJoinableTaskContext();
        OtherThread.Run(() => loop.RunSync(
            () => Should.ThrowAsync<JoinableTaskContextException>(async () => await context.Factory.SwitchToMainThreadAsync()),
            Bounded.Patience));
    }

    [Fact]
    public void Handlers_of_the_loop_and_joinable_tasks_share_the_thread()
    {
        using var pipe = new Pipe();
        int read = 0;
        Bounded.Await(
            Loop.InvokeAsync(async () =>
            {
                var arrived = new TaskCompletionSource();
                Loop.AddHandler(
                    pipe.ReadEnd,
                    (_, _) =>
                    {
                        read = pipe.Drain();
                        Loop.RemoveHandler(pipe.ReadEnd);
                        arrived.SetResult();
                    },
                    IOEvents.Read);
                await _context.Factory.RunAsync(async () =>
                {
                    await TaskScheduler.Default;
                    pipe.Send(3);
                    await arrived.Task;
                });
            }),
            "data that a joinable task writes");
        read.ShouldBe(3);
    }

    [Fact]
    public void A_loop_on_the_context_of_a_loop_can_be_joined_while_that_is_blocked()
    {
        using var counter = new EventFd();
        using var layered = JoinableTaskIOLoop.Attach(_context.Factory);
        Bounded.Await(
            Loop.InvokeAsync(() => _context.Factory.Run(async () =>
            {
                using (layered.Join())
                {
                    var wait = layered.WaitAsync(counter.Number, IOEvents.Read);
                    OtherThread.Run(counter.Signal);
                    await wait;
                }
            })),
            "data for the upper loop while the lower one is blocked");
        layered.Stop();
        Bounded.Until(() => !layered.IsRunning, "the upper loop has stopped");
    }

    [Fact]
    public void A_closed_loop_is_refused()
    {
        var loop = new PollIOLoop();
        loop.Close();
        Should.Throw<ObjectDisposedException>(() => loop.CreateJoinableTaskContext());
    }

    [Fact]
    public void A_loop_that_stops_before_it_has_told_its_thread_is_refused_and_nobody_waits_for_it()
    {
        using var main = new MainThread();
        var context = new OddContext(main.SynchronizationContext);
        using var loop = new SynchronizationContextIOLoop(context, new HostedIOLoopOptions { LoggerFactory = NullLoggerFactory.Instance });
        loop.Attach();
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
        var idle = new TaskCompletionSource();
        main.SynchronizationContext.Post(_ => idle.SetResult(), null); // behind the last turn
        Bounded.Await(idle.Task, "the main thread's other work");
        context.Failure = new TestException(); // for the turn that is to tell the thread
        OtherThread.Run(() => Should.Throw<InvalidOperationException>(() => loop.CreateJoinableTaskContext()).Message.ShouldContain("stopped"));
        loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void No_loop_is_refused() => Should.Throw<ArgumentNullException>(() => ((IOLoop)null!).CreateJoinableTaskContext());

    public void Dispose()
    {
        _context.Dispose();
        _thread.Dispose();
    }
}
