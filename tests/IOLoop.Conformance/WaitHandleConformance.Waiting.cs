using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class WaitHandleConformance
{
    [Fact]
    public void A_wait_resumes_on_the_loop_and_takes_one_signal() => OnWindows("a signal", async () =>
    {
        var signal = NewEvent();
        var wait = Loop.WaitHandleAsync(signal.SafeWaitHandle);
        wait.IsCompleted.ShouldBeFalse();
        signal.Set();
        await wait;
        Loop.IsOnLoopThread.ShouldBeTrue();
        signal.WaitOne(0).ShouldBeFalse();
    });

    [Fact]
    public void Waits_and_handlers_may_be_begun_on_any_thread() => OnWindows("a signal on another thread", async () =>
    {
        AutoResetEvent one = NewEvent(), other = NewEvent();
        var called = new TaskCompletionSource();
        await Task.Run(async () =>
        {
            using var handler = Loop.AddWaitHandler(other.SafeWaitHandle, called.SetResult);
            var resumed = Resume(Loop.WaitHandleAsync(one.SafeWaitHandle));
            one.Set();
            await resumed;
            other.Set();
#pragma warning disable VSTHRD003 // of the loop, on which this runs
            await called.Task;
#pragma warning restore VSTHRD003
        });

        async Task Resume(ValueTask wait)
        {
            await wait.ConfigureAwait(false);
            Loop.IsOnLoopThread.ShouldBeTrue();
        }
    });

    [Fact]
    public void Each_signal_ends_one_of_the_waits_for_an_event() => OnWindows("two signals", async () =>
    {
        var signal = NewEvent();
        var one = Loop.WaitHandleAsync(signal.SafeWaitHandle).AsTask();
        var other = Loop.WaitHandleAsync(signal.SafeWaitHandle).AsTask();
        signal.Set();
        var first = await Task.WhenAny(one, other);
        await Turns(5);
        (one.IsCompleted && other.IsCompleted).ShouldBeFalse();
        signal.Set();
        await Task.WhenAll(one, other);
        first.IsCompletedSuccessfully.ShouldBeTrue();
    });

    [Fact]
    public void A_wait_that_is_cancelled_takes_no_signal() => OnWindows("the end of a cancelled wait", async () =>
    {
        var signal = NewEvent();
        using var source = new CancellationTokenSource();
        var wait = Loop.WaitHandleAsync(signal.SafeWaitHandle, source.Token).AsTask();
        bool endedOnLoop = false;
        var ended = wait.ContinueWith(
            _ => endedOnLoop = Loop.IsOnLoopThread, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await Turns(2);
        source.Cancel();
        (await Should.ThrowAsync<OperationCanceledException>(wait)).CancellationToken.ShouldBe(source.Token);
        await ended;
        endedOnLoop.ShouldBeTrue();
        await Should.ThrowAsync<OperationCanceledException>(async () => await Loop.WaitHandleAsync(signal.SafeWaitHandle, source.Token));
        var next = Loop.WaitHandleAsync(signal.SafeWaitHandle);
        do
        {
            signal.Set();
            await Turns(1);
        }
        while (Wine.IsPresent && !next.IsCompleted); // which may take a signal for a wait that has ended
        await next;
    });

    [Fact]
    public void When_cancelling_races_with_a_signal_the_signal_ends_the_wait_or_stays() => OnWindows("signals while waits are cancelled", async () =>
    {
        int taken = 0, cancelled = 0, kept = 0, rounds = 0;
        using var semaphore = new Semaphore(0, 1);
        foreach (int round in Bounded.Rounds(300))
        {
            rounds++;
            NoteProgress();
            using var source = new CancellationTokenSource();
            var wait = Loop.WaitHandleAsync(semaphore.SafeWaitHandle, source.Token).AsTask();
            var signalled = Task.Run(() => semaphore.Release());
            if (round % 2 == 0)
                await Turns(round % 10);
            source.Cancel();
            try
            {
                await wait;
                taken++;
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
            await signalled;
            if (semaphore.WaitOne(0))
                kept++;
        }
        (taken + cancelled).ShouldBe(rounds);
        TestContext.Current.SendDiagnosticMessage($"{taken} taken, {cancelled} cancelled, {kept} kept");
        if (!Wine.IsPresent)
            kept.ShouldBe(cancelled);
        kept.ShouldBeLessThanOrEqualTo(cancelled);
    });

    [Fact]
    public void Closing_a_loop_ends_its_waits() => OnWindows(() =>
    {
        var loop = NewLoop();
        var signal = NewEvent();
        var wait = loop.WaitHandleAsync(signal.SafeWaitHandle).AsTask();
        loop.Close();
        Bounded.Await(wait, "the end of the wait");
        wait.Exception!.InnerException.ShouldBeOfType<ObjectDisposedException>().Message.ShouldContain("closed while this waited");
    });

    [Fact]
    public void A_signal_that_was_taken_before_the_loop_is_closed_ends_the_wait() => OnWindows(() =>
    {
        var loop = NewLoop();
        var signal = NewEvent();
        var wait = loop.WaitHandleAsync(signal.SafeWaitHandle).AsTask();
        TakeSignal(loop, signal);
        loop.Close();
        Bounded.Await(wait, "the end of the wait");
        wait.IsCompletedSuccessfully.ShouldBeTrue();
        Log.Entries.ShouldBeEmpty();
    });

    [Fact]
    public void Waiting_again_and_again_leaves_nothing_behind() => OnWindows("waits in a row", async () =>
    {
        var signal = NewEvent();
        int before = 0;
        for (int round = 0; round < 400; round++)
        {
            NoteProgress();
            if (round == 100) // what is kept to be used again is there by now
                before = OpenHandles.Count();
            using var source = new CancellationTokenSource();
            var wait = Loop.WaitHandleAsync(signal.SafeWaitHandle, source.Token);
            using var handler = Loop.AddWaitHandler(signal.SafeWaitHandle, () => signal.Set());
            if (round % 4 == 0)
                source.Cancel();
            do
            {
                signal.Set();
                await Turns(1);
            }
            while (!wait.IsCompleted); // Wine may take a signal for what has ended
            try
            {
                await wait;
            }
            catch (OperationCanceledException)
            {
                continue;
            }
        }
        OpenHandles.Count().ShouldBeLessThan(before + 100);
    });

    [Fact]
    public void The_loop_keeps_a_handle_open_while_it_waits() => OnWindows("a signal of a handle that its owner has closed", async () =>
    {
        bool isClosed = false;
        var handle = new HookedEvent(() =>
        {
            Loop.IsOnLoopThread.ShouldBeTrue();
            isClosed = true;
        });
        int calls = 0;
        var handler = Loop.AddWaitHandler(handle, () => calls++);
        var wait = Loop.WaitHandleAsync(handle).AsTask();
        handle.Dispose();
        while (calls == 0 || !wait.IsCompleted)
        {
            handle.Set();
            await Turns(1);
        }
        isClosed.ShouldBeFalse();
        handler.Dispose();
        isClosed.ShouldBeFalse(); // not in the middle of a call
        while (!isClosed)
            await Turns(1);
    });

    [Fact]
    public void What_was_removed_is_collectable() => OnWindows(() =>
    {
        var reference = Use();
        for (int attempt = 0; attempt < 100 && reference.IsAlive; attempt++)
        {
            RunTurns(1);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        reference.IsAlive.ShouldBeFalse();

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference Use()
        {
            object data = new();
            using var signal = new AutoResetEvent(true);
            int calls = 0;
            var handler = Loop.AddWaitHandler(signal.SafeWaitHandle, () => calls += data.ToString()!.Length);
            Until("it is called", () => calls > 0);
            handler.Dispose();
            return new WeakReference(data);
        }
    });

    /// <summary>Sets an event that a loop waits for which does not run, and waits until the loop knows.</summary>
    private static void TakeSignal(IOLoop loop, AutoResetEvent signal)
    {
        string before = Describe(loop);
        signal.Set();
        Bounded.Until(() => Describe(loop) != before, "the loop has queued something");
    }

    private static string Describe(IOLoop loop)
    {
        var text = new StringWriter();
        loop.DumpState(text);
        return text.ToString();
    }
}
