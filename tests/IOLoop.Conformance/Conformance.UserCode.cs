using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>The user's code runs in a call of its own: on the loop's thread, under no lock, and never in the middle of another call.</summary>
public abstract partial class LoopConformance
{
    // Row: Whose code runs where (a wait that a removal ends)
    [Fact]
    public void A_wait_that_a_callback_ends_resumes_after_the_callback_whose_context_stays()
    {
        var pipe = NewPipe();
        var local = new AsyncLocal<int>();
        int seen = 0;
        SynchronizationContext? before = null, after = null;
        InLoop("a wait that a callback has ended", async () =>
        {
            bool inside = true;
            var resumed = Resumed(Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read), () => inside);
            local.Value = 42;
            before = SynchronizationContext.Current;
            Loop.RemoveHandler(pipe.ReadEnd);
            seen = local.Value;
            after = SynchronizationContext.Current;
            inside = false;
            var (exception, wasInside) = await Within(resumed);
            exception.ShouldBeAssignableTo<OperationCanceledException>();
            wasInside.ShouldBeFalse("it resumed inside the callback that had ended the wait");
        });
        seen.ShouldBe(42);
        after.ShouldBeSameAs(before);
    }

    // Row: Whose code runs where (a wait whose number another file has got)
    [Fact]
    public void A_wait_that_AddHandler_finds_lost_resumes_after_the_callback_whose_context_stays()
    {
        SkipUnless(Fixture.KernelJudgesReuse, "the kernel does not tell a reopened number");
        var pipe = NewPipe();
        var successor = NewPipe();
        var local = new AsyncLocal<int>();
        int seen = 0;
        InLoop("a wait whose file was closed", async () =>
        {
            bool inside = true;
            var resumed = Resumed(Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read), () => inside);
            local.Value = 42;
            Descriptors.Replace(pipe.ReadEnd, successor.ReadEnd);
            Loop.AddHandler(pipe.ReadEnd, (_, _) => { }, IOEvents.Read);
            seen = local.Value;
            inside = false;
            var (exception, wasInside) = await Within(resumed);
            exception.ShouldBeOfType<IOException>();
            wasInside.ShouldBeFalse("it resumed inside the callback that had ended the wait");
        });
        seen.ShouldBe(42);
    }

    // Row: Whose code runs where (a disposed handle is closed by the loop)
    [Fact]
    public void A_handle_that_was_disposed_is_closed_after_the_callback_that_removes_it()
    {
        var pipe = NewPipe();
        bool inside = false, closedInside = false, closed = false;
        var handle = new HookedHandle(Descriptors.Duplicate(pipe.ReadEnd), () => (closedInside, closed) = (inside, true));
        Loop.AddHandler(handle, (_, _) => { }, IOEvents.Read);
        At(1, () =>
        {
            inside = true;
            handle.Dispose();
            closed.ShouldBeFalse("the loop holds a reference");
            Loop.RemoveHandler(handle);
            inside = false;
        });
        RunTurns(3);
        closed.ShouldBeTrue();
        closedInside.ShouldBeFalse();
    }

    // Row: Whose code runs where (a loop that does not run)
    [Fact]
    public void A_handle_that_is_removed_from_a_loop_that_does_not_run_is_closed_when_it_is_disposed()
    {
        var pipe = NewPipe();
        bool closed = false;
        var handle = new HookedHandle(Descriptors.Duplicate(pipe.ReadEnd), () => closed = true);
        Loop.AddHandler(handle, (_, _) => { }, IOEvents.Read);
        Loop.RemoveHandler(handle);
        closed.ShouldBeFalse();
        handle.Dispose();
        closed.ShouldBeTrue();
    }

    // Row: Whose code runs where (at the end of a run)
    [Fact]
    public void A_handle_that_is_removed_in_the_last_turn_of_a_run_is_the_user_s_alone_when_the_run_has_ended()
    {
        var pipe = NewPipe();
        bool closed = false;
        var handle = new HookedHandle(Descriptors.Duplicate(pipe.ReadEnd), () => closed = true);
        Loop.AddHandler(handle, (_, _) => { }, IOEvents.Read);
        InLoop(() => Loop.RemoveHandler(handle));
        closed.ShouldBeFalse();
        handle.Dispose();
        closed.ShouldBeTrue();
    }

    // Row: SafeHandle given (code that closes it)
    [Fact]
    public void A_handle_may_remove_its_handler_while_it_is_closed()
    {
        var pipe = NewPipe();
        pipe.Send();
        int calls = 0;
        HookedHandle handle = null!;
        handle = new HookedHandle(Descriptors.Duplicate(pipe.ReadEnd), () => Loop.RemoveHandler(handle.Number));
        Loop.AddHandler(handle, (_, _) => Assert.Fail("its handle is disposed of"), IOEvents.Read);
        handle.Dispose();
        Loop.AddHandler(pipe.ReadEnd, (_, _) => calls++, IOEvents.Read);
        RunTurns(3);
        calls.ShouldBe(3);
    }

    // Row: Failures (a task that fails while the loop does not run)
    [Fact]
    public void A_handler_s_task_that_fails_while_the_loop_does_not_run_is_reported_when_the_loop_is_closed()
    {
        var counter = NewEventFd(signalled: true);
        var gate = new TaskCompletionSource();
        Loop.AddHandler(counter.Number, (_, _) => gate.Task, IOEvents.Read);
        RunTurns(2);
        Failures.Expected = true;
        gate.SetException(new FormatException("of a task"));
        Loop.Close();
        Failures.All.ShouldHaveSingleItem().Exception.ShouldBeOfType<FormatException>();
        Log.Entries.ShouldBeEmpty();
    }

    // Row: Whose code runs where (failures of tasks)
    [Fact]
    public void A_task_that_fails_inside_a_callback_is_reported_after_that_callback()
    {
        var counter = NewEventFd(signalled: true);
        var gate = new TaskCompletionSource();
        bool inside = false;
        var reportedInside = new List<bool>();
        Failures.Expected = true;
        Failures.OnFailure = _ => reportedInside.Add(inside);
        Loop.AddHandler(counter.Number, (_, _) => gate.Task, IOEvents.Read);
        Loop.AddCallback(() => gate.Task);
        At(4, () =>
        {
            inside = true;
            gate.SetException(new FormatException("of a task"));
            inside = false;
            Loop.RemoveHandler(counter.Number);
        });
        RunTurns(8);
        reportedInside.ShouldBe([false, false]);
    }

    // Row: Whose code runs where (at the end of a run)
    [Fact]
    public void A_wait_that_a_stopping_run_ends_resumes_on_the_loop_under_no_lock()
    {
        var pipe = NewPipe();
        var file = NewEventFd();
        bool onLoop = false;
        var resumed = new TaskCompletionSource();
        Exception? refusal = null;
        bool answered = false;
        void OnResumed()
        {
            onLoop = Loop.IsOnLoopThread;
            var other = new Thread(() => refusal = Record.Exception(() => Loop.AddHandler(file.Number, (_, _) => { }, IOEvents.Read))) { IsBackground = true };
            other.Start();
            answered = other.Join(Patience);
            resumed.SetResult();
        }
        Task? removal = null;
        Loop.AddCallback(() =>
        {
            OnFailure(Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read), _ => OnResumed());
            Loop.Stop();
            OtherThread.Run(() => removal = Loop.RemoveHandlerAsync(pipe.ReadEnd).AsTask());
        });
        Run("a stop");
        Bounded.Await(removal.ShouldNotBeNull(), "the removal");
        Bounded.Await(resumed.Task, "what awaited the wait");
        answered.ShouldBeTrue("a call of another thread waited for what awaited the wait");
        onLoop.ShouldBeTrue();
        refusal.ShouldBeOfType<InvalidOperationException>();
    }

    // Row: RemoveHandlerAsync (requests of several threads)
    [Fact]
    public void A_removal_that_is_awaited_in_a_nested_run_ends_though_it_was_asked_for_together_with_another()
    {
        SkipUnless(Fixture.IsPumpable, "its host cannot be pumped");
        var first = NewPipe();
        var second = NewPipe();
        Task? firstRemoval = null, secondRemoval = null;
        InLoop("two removals", async () =>
        {
            var resumed = new TaskCompletionSource();
            OnFailure(Loop.WaitAsync(first.ReadEnd, IOEvents.Read), _ =>
            {
                Loop.RunSync(() => secondRemoval!, Patience);
                resumed.SetResult();
            });
            Loop.AddHandler(second.ReadEnd, (_, _) => { }, IOEvents.Read);
            OtherThread.Run(() =>
            {
                firstRemoval = Loop.RemoveHandlerAsync(first.ReadEnd).AsTask();
                secondRemoval = Loop.RemoveHandlerAsync(second.ReadEnd).AsTask();
            });
            await Within(resumed.Task);
            await Within(firstRemoval!);
        });
    }

    // Row: WaitAsync (continuations run on the loop)
    [Fact]
    public void A_wait_that_was_begun_and_removed_while_the_loop_did_not_run_resumes_in_its_next_run()
    {
        var pipe = NewPipe();
        bool onLoop = false, beside = false, inCallback = false;
        var resumed = new TaskCompletionSource();
        var wait = Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read);
        wait.ConfigureAwait(false).GetAwaiter().OnCompleted(() =>
        {
            onLoop = Loop.IsOnLoopThread;
            beside = Volatile.Read(ref inCallback);
            resumed.SetResult();
        });
        Bounded.Await(Loop.RemoveHandlerAsync(pipe.ReadEnd).AsTask(), "the removal");
        Loop.AddCallback(() =>
        {
            Volatile.Write(ref inCallback, true);
            // Room for what would run elsewhere to do so beside this callback.
            for (int i = 0; i < 100; i++)
                Thread.Yield();
            Volatile.Write(ref inCallback, false);
        });
        RunTurns(2);
        Bounded.Await(resumed.Task, "what awaited the wait");
        onLoop.ShouldBeTrue();
        beside.ShouldBeFalse();
        Should.Throw<OperationCanceledException>(() => wait.GetAwaiter().GetResult());
    }

    // Row: Close (leaves nobody waiting)
    [Fact]
    public void A_wait_that_was_removed_and_not_told_yet_ends_as_removed_when_the_loop_is_closed()
    {
        var pipe = NewPipe();
        var wait = Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read).AsTask();
        Loop.RemoveHandler(pipe.ReadEnd);
        Loop.Close();
        Task.WaitAny([wait], Patience).ShouldBe(0);
        wait.IsCanceled.ShouldBeTrue();
        Log.Entries.ShouldBeEmpty();
    }

    // Row: Asynchronous handlers (an event from before a call has ended)
    [Fact]
    public void An_asynchronous_handler_is_not_called_for_an_event_from_before_its_last_call_ended()
    {
        SkipUnless(!Fixture.EndsTurnsEarly, "a turn of it may end behind any handler");
        var gate = new TaskCompletionSource();
        int calls = 0, turns = 0;
        var early = NewEventFd(signalled: true);
        var file = NewEventFd(signalled: true);
        var late = NewEventFd(signalled: true);
        void Release(FileDescriptor fd, IOEvents events)
        {
            if (turns == 2)
                gate.TrySetResult(); // what awaits it runs right here
        }
        Loop.AddHandler(early.Number, Release, IOEvents.Read);
        Loop.AddHandler(file.Number, (_, _) =>
        {
            calls++;
            return gate.Task.ContinueWith(_ => file.Drain(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }, IOEvents.Read);
        Loop.AddHandler(late.Number, Release, IOEvents.Read);
        for (int turn = 1; turn <= 5; turn++)
            At(turn, () => turns++);
        RunTurns(5);
        gate.Task.IsCompleted.ShouldBeTrue();
        calls.ShouldBe(1);
    }

    // Row: Close (allFds)
    [Fact]
    public void Closing_all_descriptors_spares_a_number_that_belongs_to_something_else_by_now()
    {
        SkipUnless(Fixture.KernelJudgesReuse, "the kernel does not tell a reopened number");
        var pipe = NewPipe();
        var kept = NewPipe();
        int file = OpenTemporaryFile();
        int numberOfFile = Descriptors.Unique(file);
        var stranger = NewPipe();
        Loop.AddHandler(pipe.ReadEnd, (_, _) => { }, IOEvents.Read);
        Loop.AddHandler(kept.ReadEnd, (_, _) => { }, IOEvents.Read);
        Loop.AddHandler(numberOfFile, (_, _) => { }, IOEvents.Read);
        Descriptors.Replace(pipe.ReadEnd, stranger.ReadEnd);
        Descriptors.Replace(numberOfFile, stranger.WriteEnd);
        Loop.Close(allFds: true);
        Descriptors.IsOpen(pipe.ReadEnd).ShouldBeTrue("a stranger's number was closed");
        Descriptors.IsOpen(numberOfFile).ShouldBeTrue("a stranger's number was closed");
        Descriptors.IsOpen(kept.ReadEnd).ShouldBeFalse();
        Descriptors.Close(numberOfFile);
    }

    private static Task<(Exception? Exception, bool Inside)> Resumed(ValueTask<IOEvents> wait, Func<bool> isInside)
    {
        var resumed = new TaskCompletionSource<(Exception?, bool)>();
        OnFailure(wait, exception => resumed.SetResult((exception, isInside())));
        return resumed.Task;
    }

    /// <summary>Calls back where the wait ends: what awaits a task would resume elsewhere, for a context is current on the loop.</summary>
    private static async void OnFailure(ValueTask<IOEvents> wait, Action<Exception> resumed)
    {
        try
        {
            await wait.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not ShouldAssertException)
        {
            resumed(exception);
        }
    }
}
