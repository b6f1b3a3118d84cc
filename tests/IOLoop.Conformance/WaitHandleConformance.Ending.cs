using Microsoft.Win32.SafeHandles;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class WaitHandleConformance
{
    [Fact]
    public void A_handler_may_be_disposed_of_in_its_callback() => OnWindows(() =>
    {
        using var stays = new ManualResetEvent(true);
        int calls = 0;
        IDisposable? handler = null;
        handler = Add(stays, () =>
        {
            calls++;
            handler!.Dispose();
        });
        Until("it is called", () => calls > 0);
        RunTurns(5);
        calls.ShouldBe(1);
    });

    [Fact]
    public void A_handler_that_was_disposed_of_is_not_called_not_even_for_a_signal_that_was_taken() => OnWindows(() =>
    {
        var signal = NewEvent();
        int calls = 0;
        var handler = Add(signal, () => calls++);
        TakeSignal(Loop, signal);
        OtherThread.Run(handler.Dispose);
        handler.Dispose();
        signal.Set();
        RunTurns(5);
        calls.ShouldBe(0);
    });

    [Fact]
    public void Whatever_signals_race_with_it_no_call_follows_a_disposal_on_the_loop() => OnWindows("disposals among signals", async () =>
    {
        var signal = NewEvent();
        bool ends = false;
        var setting = OtherThread.Start(() =>
        {
            while (!Volatile.Read(ref ends))
            {
                signal.Set();
                Thread.Yield();
            }
        });
        try
        {
            foreach (int round in Bounded.Rounds(200))
            {
                NoteProgress();
                bool isDisposed = false;
                var handler = Loop.AddWaitHandler(signal.SafeWaitHandle, () => isDisposed.ShouldBeFalse());
                await Turns(round % 5);
                isDisposed = true;
                handler.Dispose();
                await Turns(1);
            }
        }
        finally
        {
            Volatile.Write(ref ends, true);
            setting.Join();
        }
    });

    [Fact]
    public void A_handler_may_be_disposed_of_on_any_thread_while_signals_come() => OnWindows("disposals on other threads", async () =>
    {
        var signal = NewEvent();
        int calls = 0;
        foreach (int round in Bounded.Rounds(200))
        {
            NoteProgress();
            var handler = Loop.AddWaitHandler(signal.SafeWaitHandle, () => calls++);
            var disposing = Task.Run(handler.Dispose);
            signal.Set();
            await Turns(round % 3);
            await disposing;
            int before = calls;
            signal.Set();
            await Turns(2);
            calls.ShouldBe(before);
        }
    });

    [Fact]
    public void A_signal_that_comes_while_the_loop_does_not_run_is_answered_in_the_next_run() => OnWindows(() =>
    {
        var signal = NewEvent();
        int calls = 0;
        Add(signal, () => calls++);
        for (int run = 1; run <= 3; run++)
        {
            signal.Set();
            Until($"call {run}", () => calls == run);
        }
        TakeSignal(Loop, signal);
        signal.Set(); // stays with the event until the first was answered
        Until("both are answered", () => calls == 5);
    });

    [Fact]
    public void Closing_a_loop_ends_its_handlers_and_closes_what_they_have_kept_open() => OnWindows(() =>
    {
        var loop = NewLoop();
        int closed = 0;
        int calls = 0;
        var handle = new HookedEvent(() => closed++);
        using var handler = loop.AddWaitHandler(handle, () => calls++);
        handle.Dispose();
        closed.ShouldBe(0);
        loop.Close();
        closed.ShouldBe(1);
        handler.Dispose();
        closed.ShouldBe(1);
        calls.ShouldBe(0);
        Log.Entries.ShouldBeEmpty();
    });

    [Fact]
    public void A_call_that_a_closed_loop_has_missed_is_logged() => OnWindows(() =>
    {
        Failures.Expected = true;
        var loop = NewLoop();
        var signal = NewEvent();
        using var handler = loop.AddWaitHandler(signal.SafeWaitHandle, () => { });
        TakeSignal(loop, signal);
        loop.Close();
        Log.Entries.ShouldHaveSingleItem().Message.ShouldContain(nameof(A_call_that_a_closed_loop_has_missed_is_logged));
    });

    [Fact]
    public void A_mutex_is_refused_with_the_reason() => OnWindows(() =>
    {
        using var mutex = new Mutex();
        Should.Throw<NotSupportedException>(() => Loop.AddWaitHandler(mutex.SafeWaitHandle, () => { })).Message.ShouldContain("belongs to the thread");
        Should.Throw<NotSupportedException>(() => { _ = Loop.WaitHandleAsync(mutex.SafeWaitHandle).AsTask(); }).Message.ShouldContain("semaphore");
        mutex.WaitOne(0).ShouldBeTrue();
    });

    [Fact]
    public void A_handle_that_cannot_be_waited_for_is_refused_with_the_reason() => OnWindows(() =>
    {
        var signal = NewEvent();
        Should.Throw<ArgumentNullException>(() => Loop.AddWaitHandler(null!, () => { }));
        Should.Throw<ArgumentNullException>(() => Loop.AddWaitHandler(signal.SafeWaitHandle, (Action)null!));
        using var nothing = new SafeWaitHandle(0, ownsHandle: false);
        Should.Throw<ArgumentException>(() => Loop.AddWaitHandler(nothing, () => { })).Message.ShouldContain("IsInvalid");
        using var unknown = new SafeWaitHandle(0x3fff_fff0, ownsHandle: false);
        Should.Throw<IOException>(() => Loop.AddWaitHandler(unknown, () => { })).Message.ShouldContain("0x3ffffff0");
        using var setter = Kernel32.WithoutWaiting(signal.SafeWaitHandle);
        Should.Throw<UnauthorizedAccessException>(() => Loop.AddWaitHandler(setter, () => { })).Message.ShouldContain("SYNCHRONIZE");
        var closed = new AutoResetEvent(false).SafeWaitHandle;
        closed.Dispose();
        Should.Throw<ObjectDisposedException>(() => Loop.AddWaitHandler(closed, () => { }));
        Should.Throw<ObjectDisposedException>(() => { _ = Loop.WaitHandleAsync(closed).AsTask(); });
        Loop.Close();
        Should.Throw<ObjectDisposedException>(() => Loop.AddWaitHandler(signal.SafeWaitHandle, () => { })).ObjectName.ShouldContain("IOLoop");
        Should.Throw<ObjectDisposedException>(() => { _ = Loop.WaitHandleAsync(signal.SafeWaitHandle).AsTask(); });
    });
}
