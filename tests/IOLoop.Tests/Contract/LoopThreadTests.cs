using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Contract;

/// <summary>Which thread is that of a loop written elsewhere: what it says with EnterLoopThread, or what RunCallback says for it.</summary>
public sealed class LoopThreadTests
{
    public static TheoryData<bool> Ways => [true, false];

    // Row: Inside callbacks
    [Theory, MemberData(nameof(Ways))]
    public void Inside_a_callback_the_loop_is_current_and_afterwards_all_is_as_before(bool entersThread) => OtherThread.Run(() =>
    {
        using var loop = new ListLoop { EntersThread = entersThread };
        using var before = new PollIOLoop();
        var context = new SynchronizationContext();
        before.MakeCurrent();
        SynchronizationContext.SetSynchronizationContext(context);
        bool ran = false;
        loop.AddCallback(() =>
        {
            ran = true;
            IOLoop.Current.ShouldBeSameAs(loop);
            loop.IsOnLoopThread.ShouldBeTrue();
            loop.SwitchTo().IsCompleted.ShouldBeTrue();
            SynchronizationContext.Current.ShouldBeSameAs(loop.SynchronizationContext);
            OtherThread.Run(() => loop.IsOnLoopThread.ShouldBeFalse());
        });
        StartAndRethrow(loop);
        ran.ShouldBeTrue();
        IOLoop.Current.ShouldBeSameAs(before);
        loop.IsOnLoopThread.ShouldBeFalse();
        SynchronizationContext.Current.ShouldBeSameAs(context);
    });

    [Theory, MemberData(nameof(Ways))]
    public void A_send_on_the_loop_s_own_thread_runs_inline(bool entersThread)
    {
        using var loop = new ListLoop { EntersThread = entersThread };
        var order = new List<string>();
        loop.AddCallback(() =>
        {
            loop.SynchronizationContext.Send(_ => order.Add("sent"), null);
            order.Add("after");
        });
        OtherThread.Run(loop.Start);
        order.ShouldBe(["sent", "after"]);
    }

    [Theory, MemberData(nameof(Ways))]
    public void An_await_in_a_callback_resumes_on_the_loop(bool entersThread)
    {
        using var loop = new ListLoop { EntersThread = entersThread };
        var gate = new TaskCompletionSource();
        bool? onLoop = null;
        loop.AddCallback(async () =>
        {
            await gate.Task;
            onLoop = loop.IsOnLoopThread;
        });
        loop.Start();
        gate.SetResult();
        onLoop.ShouldBeNull();
        loop.Start();
        onLoop.ShouldBe(true);
    }

    [Fact]
    public void A_loop_that_runs_inside_a_callback_does_not_take_the_thread_from_the_outer_one() => OtherThread.Run(() =>
    {
        using var loop = new ListLoop { EntersThread = true };
        using var inner = new PollIOLoop();
        var order = new List<string>();
        loop.AddCallback(() =>
        {
            inner.RunSync(() =>
            {
                IOLoop.Current.ShouldBeSameAs(inner);
                loop.IsOnLoopThread.ShouldBeTrue();
                loop.SynchronizationContext.Send(_ => order.Add("sent"), null);
            });
            order.Add($"{ReferenceEquals(IOLoop.Current, loop)}");
        });
        StartAndRethrow(loop);
        order.ShouldBe(["sent", "True"]);
    });

    // Row: Wrong thread
    [Theory, MemberData(nameof(Ways))]
    public void Another_thread_is_refused_and_told_what_to_use(bool entersThread)
    {
        using var loop = new ListLoop { EntersThread = entersThread };
        var thrown = new List<Exception?>();
        loop.AddCallback(() => OtherThread.Run(() => thrown.AddRange(WrongUses(loop).Select(Record.Exception))));
        loop.Start();
        thrown.Count.ShouldBe(WrongUses(loop).Count);
        thrown.ShouldAllBe(exception => exception is InvalidOperationException && exception.Message.Contains("AddCallback"));
        loop.HasHandler(5).ShouldBeFalse();
    }

    [Fact]
    public void A_loop_that_runs_nowhere_may_be_used_from_any_thread() => OtherThread.Run(() =>
    {
        using var loop = new ListLoop { EntersThread = true };
        loop.RemoveTimeout(loop.CallLater(TimeSpan.FromHours(1), () => { }));
        loop.AddHandler(5, (_, _) => Task.CompletedTask, IOEvents.Read);
    });

    [Fact]
    public void A_second_thread_cannot_enter_and_the_first_may_nest()
    {
        using var loop = new ListLoop();
        int inside = 0;
        loop.EnterAnd(() =>
        {
            OtherThread.Run(() => Should.Throw<InvalidOperationException>(() => loop.EnterAnd(() => inside++)));
            loop.EnterAnd(() => inside++);
            loop.IsOnLoopThread.ShouldBeTrue();
        });
        inside.ShouldBe(1);
        loop.IsOnLoopThread.ShouldBeFalse();
        OtherThread.Run(() => loop.EnterAnd(() => inside++));
        inside.ShouldBe(2);
    }

    [Fact]
    public void A_loop_of_this_library_knows_its_thread_itself()
    {
        using var loop = new EnteringLoop();
        Should.Throw<InvalidOperationException>(loop.EnterHere).Message.ShouldContain("EnterLoopThread");
    }

    private static void StartAndRethrow(ListLoop loop)
    {
        Exception? thrown = null;
        loop.CallbackException += (_, failure) =>
        {
            thrown = failure.Exception;
            failure.Handled = true;
        };
        loop.Start();
        thrown.ShouldBeNull();
    }

    private static List<Action> WrongUses(ListLoop loop) =>
    [
        () => loop.CallLater(TimeSpan.Zero, () => { }),
        () => loop.CallLater(TimeSpan.Zero, () => Task.CompletedTask),
        () => loop.CallLater(TimeSpan.Zero, _ => { }, 1),
        () => loop.CallAt(loop.Time, _ => { }, 1),
        () => loop.CallAt(loop.Time, () => Task.CompletedTask),
        () => loop.AddTimeout(loop.Time, () => { }),
        () => loop.AddTimeout(TimeSpan.Zero, () => { }),
        () => loop.AddTimeout(DateTimeOffset.UtcNow, () => { }),
        () => _ = loop.WaitAsync(5, IOEvents.Read).AsTask(),
        () => loop.AddHandler(5, (_, _) => Task.CompletedTask, IOEvents.Read),
    ];

    private sealed class EnteringLoop : PollIOLoop
    {
        internal void EnterHere() => EnterLoopThread().Dispose();
    }
}
