using System.Runtime.Versioning;
using IOLoops.Conformance;
using IOLoops.Interop;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Contract;

/// <summary>Handles of Windows on a loop written elsewhere, and what waits for them of the system's.</summary>
public sealed class DefaultWaitHandleTests : IDisposable
{
    private static readonly AsyncLocal<string?> Local = new();

    private readonly CollectingLoggerFactory _log = new();
    private readonly AutoResetEvent _signal = new(false);
    private readonly AutoResetEvent _otherSignal = new(false); // Wine may take a signal for what has ended
    private readonly ListLoop _loop;

    public DefaultWaitHandleTests()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "only Windows has handles to wait for");
        _loop = new ListLoop(new IOLoopOptions { LoggerFactory = _log }) { EntersThread = true };
    }

    [Fact]
    public void A_callback_runs_in_its_context_for_each_signal_and_a_wait_ends()
    {
        var seen = new List<string?>();
        Local.Value = "adder";
        var handler = _loop.AddWaitHandler(_signal.SafeWaitHandle, () => seen.Add(Local.Value));
        Local.Value = null;
        for (int i = 0; i < 3; i++)
            Signal(_signal);
        seen.ShouldBe(["adder", "adder", "adder"]);
        handler.Dispose();
        var wait = _loop.WaitHandleAsync(_otherSignal.SafeWaitHandle).AsTask();
        Signal(_otherSignal);
        wait.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void A_failure_is_reported_with_the_delegate_that_was_given()
    {
        var failures = new List<CallbackExceptionEventArgs>();
        _loop.CallbackException += (_, failure) =>
        {
            failures.Add(failure);
            failure.Handled = true;
        };
        Action callback = static () => throw new TestException();
        Func<Task> asynchronous = static async () =>
        {
            await Task.CompletedTask;
            throw new TestException();
        };
        var handler = _loop.AddWaitHandler(_signal.SafeWaitHandle, callback);
        Signal(_signal);
        handler.Dispose();
        using var other = _loop.AddWaitHandler(_otherSignal.SafeWaitHandle, asynchronous);
        Signal(_otherSignal);
        failures.Select(failure => failure.Callback).ShouldBe([callback, asynchronous]);
    }

    [Fact]
    public void What_handing_over_throws_is_logged_and_ends_no_process()
    {
        _loop.Refusal = new TestException();
        using var handler = _loop.AddWaitHandler(_signal.SafeWaitHandle, static () => { });
        _signal.Set();
        Bounded.Until(() => _log.Entries.Count > 0, "it is logged");
        _log.Entries.ShouldHaveSingleItem().Exception.ShouldBe(_loop.Refusal);
    }

    [Fact]
    public void A_closed_loop_ends_its_waits_on_the_thread_pool()
    {
        var wait = _loop.WaitHandleAsync(_signal.SafeWaitHandle).AsTask();
        using var handler = _loop.AddWaitHandler(_signal.SafeWaitHandle, static () => { });
        _loop.Close();
        Bounded.Await(wait, "the end of the wait");
        wait.Exception!.InnerException.ShouldBeOfType<ObjectDisposedException>();
        Should.Throw<ObjectDisposedException>(() => _loop.AddWaitHandler(_signal.SafeWaitHandle, static () => { }));
    }

    [Fact]
    [SupportedOSPlatform("windows")]
    public void What_has_ended_gives_its_wait_back_to_the_system()
    {
        int before = ThreadpoolWait.InUse;
        var handlers = Enumerable.Range(0, 100).Select(_ => _loop.AddWaitHandler(_signal.SafeWaitHandle, static () => { })).ToList();
        using var source = new CancellationTokenSource();
        var cancelled = Enumerable.Range(0, 100).Select(_ => _loop.WaitHandleAsync(_signal.SafeWaitHandle, source.Token).AsTask()).ToList();
        using var set = new ManualResetEvent(true);
        var ended = Enumerable.Range(0, 100).Select(_ => _loop.WaitHandleAsync(set.SafeWaitHandle).AsTask()).ToList();
        Bounded.Until(() => ThreadpoolWait.InUse == before + 200, "the waits for the event that is set have ended");
        handlers.ForEach(handler => handler.Dispose());
        source.Cancel();
        Bounded.Until(() => ThreadpoolWait.InUse == before, "all were given back");
        _loop.Close();
        GC.KeepAlive((cancelled, ended));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [SupportedOSPlatform("windows")]
    public void A_signal_that_was_taken_before_the_wait_was_ended_is_not_lost_although_nobody_knew_of_it(bool close)
    {
        using var isTaken = new ManualResetEventSlim();
        using var mayCall = new ManualResetEventSlim();
        ThreadpoolWait.BeforeCall = () =>
        {
            isTaken.Set();
            mayCall.Wait(Bounded.Patience);
        };
        try
        {
            using var source = new CancellationTokenSource();
            var wait = _loop.WaitHandleAsync(_signal.SafeWaitHandle, source.Token).AsTask();
            _signal.Set();
            Bounded.Await(isTaken, "the system has taken the signal");
            if (close)
                _loop.Close();
            else
                source.Cancel();
            PassTheThreadPool();
            wait.IsCompleted.ShouldBeFalse();
            mayCall.Set();
            if (!close)
                Bounded.Until(() => _loop.Queued > 0, "the loop has learned of the signal");
            if (!close)
                _loop.Start();
            Bounded.Await(wait, "the end of the wait");
            wait.IsCompletedSuccessfully.ShouldBeTrue();
        }
        finally
        {
            ThreadpoolWait.BeforeCall = null;
            mayCall.Set();
        }
    }

    /// <summary>What was queued to the thread pool before has begun, most probably.</summary>
    private static void PassTheThreadPool()
    {
        for (int i = 0; i < 50; i++)
        {
            using var passed = new ManualResetEventSlim();
            ThreadPool.UnsafeQueueUserWorkItem(static passed => passed.Set(), passed, preferLocal: false);
            Bounded.Await(passed, "a thread of the pool");
        }
    }

    /// <summary>Sets the event, and runs the loop when it has learned of that.</summary>
    private void Signal(AutoResetEvent signal)
    {
        signal.Set();
        Bounded.Until(() => _loop.Queued > 0, "the loop has learned of a signal");
        _loop.Start();
    }

    public void Dispose()
    {
        _loop?.Close();
        _signal.Dispose();
        _otherSignal.Dispose();
        _log.Dispose();
    }
}
