using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Contract;

/// <summary>Signals on a loop written elsewhere.</summary>
public sealed class DefaultSignalTests : IDisposable
{
    private static readonly AsyncLocal<string?> Local = new();

    private readonly CollectingLoggerFactory _log = new();
    private readonly ListLoop _loop;
    private readonly ProcessSignals _signals = ProcessSignals.Take();

    public DefaultSignalTests() => _loop = new ListLoop(new IOLoopOptions { LoggerFactory = _log });

    [Fact]
    public void A_failure_is_reported_with_the_delegate_that_was_given()
    {
        var failures = new List<CallbackExceptionEventArgs>();
        _loop.CallbackException += (_, failure) =>
        {
            failures.Add(failure);
            failure.Handled = true;
        };
        Action<PosixSignalContext> callback = static _ => throw new TestException();
        using var handler = _loop.AddSignalHandler((PosixSignal)ProcessSignals.User, callback);
        ProcessSignals.SendAndAwait(ProcessSignals.User);
        _loop.Start();
        var failure = failures.ShouldHaveSingleItem();
        failure.Callback.ShouldBe(callback);
        failure.Exception.ShouldBeOfType<TestException>();
    }

    [Fact]
    public void The_callback_runs_in_the_context_that_it_was_added_in()
    {
        string? seen = null;
        Local.Value = "adder";
        using var handler = _loop.AddSignalHandler((PosixSignal)ProcessSignals.User, _ => seen = Local.Value);
        Local.Value = null;
        ProcessSignals.SendAndAwait(ProcessSignals.User);
        _loop.Start();
        seen.ShouldBe("adder");
    }

    [Fact]
    public void What_handing_over_throws_is_logged_and_ends_no_process()
    {
        _loop.Refusal = new TestException();
        using var handler = _loop.AddSignalHandler((PosixSignal)ProcessSignals.User, static _ => { });
        ProcessSignals.SendAndAwait(ProcessSignals.User);
        var entry = _log.Entries.ShouldHaveSingleItem();
        entry.Exception.ShouldBe(_loop.Refusal);
        entry.Message.ShouldContain(nameof(DefaultSignalTests));
    }

    [Fact]
    public void A_signal_that_cannot_be_handed_over_keeps_its_effect()
    {
        bool? cancelled = null;
        using var told = PosixSignalRegistration.Create((PosixSignal)ProcessSignals.User, context => cancelled = context.Cancel); // behind the loop's
        _loop.Refusal = new TestException();
        using var handler = _loop.AddSignalHandler((PosixSignal)ProcessSignals.User, static _ => { });
        ProcessSignals.SendAndAwait(ProcessSignals.User);
        cancelled.ShouldBe(false);
    }

    [Fact]
    public void A_handler_of_a_closed_loop_is_collectable()
    {
        var data = AddAndClose();
        Bounded.Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !data.IsAlive;
        }, "the handler's data is collected");
    }

    public void Dispose()
    {
        _loop.Close();
        _signals.Dispose();
        _log.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference AddAndClose()
    {
        var data = new object();
        _loop.AddSignalHandler((PosixSignal)ProcessSignals.User, _ => data.ToString());
        _loop.Close();
        return new WeakReference(data);
    }
}
