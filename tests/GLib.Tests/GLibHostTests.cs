using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Samples.Tests;

/// <summary>The host's own life: what GLib does beside a loop.</summary>
public sealed class GLibHostTests : IDisposable
{
    private const int Enough = 20;
    private const int IdlePriority = 200; // G_PRIORITY_DEFAULT_IDLE

    private readonly GLibThread _thread = NewThread();
    private readonly List<HostedIOLoop> _loops = [];
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Source? _own; // GLib's own work

    public void Dispose()
    {
        foreach (var loop in _loops)
            Bounded.Await(loop.DisposeAsync().AsTask(), "the end of a loop");
        _thread.Dispose(); // before the source, which its thread uses
        _own?.Dispose();
    }

    [Fact]
    public void Idle_work_of_GLib_runs_beside_callbacks_without_end()
    {
        KeepBusy(NewLoop(), static () => { });
        BeginOwn(IdlePriority, Enough);
        Bounded.Await(_done.Task, "idle work");
    }

    [Fact]
    public void A_loop_that_gives_way_runs_also_beside_work_of_GLib_without_end()
    {
        BeginOwn(GLibHost.DefaultPriority, int.MaxValue);
        int calls = 0;
        KeepBusy(NewLoop(TimeSpan.Zero), () =>
        {
            if (++calls == Enough)
                _done.TrySetResult();
        });
        Bounded.Await(_done.Task, "callbacks");
    }

    [Fact]
    public void Turns_of_two_loops_in_one_host_alternate()
    {
        const int Turns = 100;
        int first = 0, second = 0;
        var loop = NewLoop();
        var other = NewLoop();
        KeepBusy(loop, () => Volatile.Write(ref first, first + 1));
        KeepBusy(other, () =>
        {
            if (++second >= Turns && Volatile.Read(ref first) >= Turns) // one may give way after its first turn
                _done.TrySetResult();
        });
        Bounded.Await(_done.Task, "turns of both");
    }

    [Fact]
    public void RunSync_inside_a_callback_runs_the_turns_of_other_loops()
    {
        var loop = NewLoop();
        var other = NewLoop();
        var ran = loop.InvokeAsync(() => loop.RunSync(() => other.InvokeAsync(static () => { })));
        Bounded.Await(ran, "RunSync");
        ran.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void A_pumped_host_notices_that_the_task_has_ended_on_another_thread()
    {
        Source.Once(_thread.Context, GLibHost.DefaultPriority, 0, () =>
        {
            var until = new TaskCompletionSource();
            Source.Once(_thread.Context, IdlePriority, 0, () => ThreadPool.UnsafeQueueUserWorkItem(_ => until.SetResult(), null));
            _thread.Host.Pump(until.Task);
            _done.SetResult();
        });
        Bounded.Await(_done.Task, "the end of the pump");
    }

    [Fact]
    public void Turns_run_also_in_a_main_loop_that_a_callback_runs()
    {
        var loop = NewLoop();
        loop.AddCallback(() =>
        {
            using var dialog = new MainLoop(_thread.Context); // as gtk_dialog_run does
            loop.CallLater(TimeSpan.FromMilliseconds(5), dialog.Quit);
            dialog.Run();
            _done.SetResult();
        });
        Bounded.Await(_done.Task, "the end of the dialog");
    }

    [Fact]
    public void A_disposed_host_ends_the_runs_of_its_loops_with_an_error()
    {
        var loop = NewLoop();
        Bounded.Await(loop.InvokeAsync(static () => { }), "a turn");
        Source.Once(_thread.Context, GLibHost.DefaultPriority, 0, () => // as GLib's own work: inside a turn, the next one is posted already
        {
            _thread.Host.Dispose();
            _done.SetResult();
        });
        Bounded.Await(_done.Task, "the end of the host");
        loop.AddCallback(static () => { });
        Bounded.Await(loop.Completion, "the end of the run");
        loop.Completion.Exception!.InnerException.ShouldBeOfType<InvalidOperationException>();
    }

    [Fact]
    public void An_exception_of_a_source_is_reported_and_GLib_continues()
    {
        Exception? reported = null;
        _thread.Context.Failed += (_, exception) =>
        {
            reported = exception;
            throw new TestException(); // must not pass through GLib, either
        };
        Source.Once(_thread.Context, GLibHost.DefaultPriority, 0, static () => throw new InvalidDataException());
        Source.Once(_thread.Context, IdlePriority, 0, _done.SetResult);
        Bounded.Await(_done.Task, "a source behind the one that threw");
        reported.ShouldBeOfType<InvalidDataException>();
    }

    private static GLibThread NewThread()
    {
        Assert.SkipWhen(new GLibFixture().Unsupported is not null, "there is no libglib-2.0 here");
        return new GLibThread();
    }

    private HostedIOLoop NewLoop(TimeSpan? budget = null)
    {
        var options = new HostedIOLoopOptions();
        if (budget is not null)
            options.TurnBudget = budget;
        var loop = new HostedIOLoop(_thread.Host, options);
        loop.Attach();
        _loops.Add(loop);
        return loop;
    }

    private void BeginOwn(int priority, int enough)
    {
        int ticks = 0;
        _own = Source.Timed(_thread.Context, priority, () =>
        {
            if (++ticks == enough)
                _done.TrySetResult();
            else
                _own!.SetReadyTime(0);
        });
        _own.SetReadyTime(0);
    }

    private static void KeepBusy(HostedIOLoop loop, Action each)
    {
        void Again()
        {
            each();
            loop.TryAddCallback(Again);
        }
        loop.AddCallback(Again);
    }
}
