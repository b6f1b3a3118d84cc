using System.Reactive.Linq;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

/// <summary>Signals as observables. All tests share the process's signals, so they run one after the other.</summary>
[UnsupportedOSPlatform("windows")]
public abstract class SignalTests : LoopHarness
{
    internal const string Collection = "Signals";

    private readonly ProcessSignals _signals = ProcessSignals.Take();

    private protected SignalTests(PollerKind poller)
        : base(new OverPoller(poller))
    {
    }

    [Fact]
    public void A_signal_is_notified_on_the_loop_and_does_not_have_its_default_effect()
    {
        var seen = new List<PosixSignal>();
        int thread = Environment.CurrentManagedThreadId;
        using var subscription = Loop.ObserveSignal((PosixSignal)ProcessSignals.User).Subscribe(signal =>
        {
            Environment.CurrentManagedThreadId.ShouldBe(thread);
            seen.Add(signal);
            if (seen.Count < 3)
                ProcessSignals.Send(ProcessSignals.User);
            else
                Loop.Stop();
        });
        ProcessSignals.Send(ProcessSignals.User);
        Run("three signals");
        seen.ShouldAllBe(signal => (int)signal == ProcessSignals.User);
        seen.Count.ShouldBe(3);
    }

    [Fact]
    public void A_signal_known_by_name_is_notified_by_name()
    {
        PosixSignal? seen = null;
        using var subscription = Loop.ObserveSignal(PosixSignal.SIGWINCH).Take(1).Subscribe(signal => seen = signal, Loop.Stop);
        ProcessSignals.Send(ProcessSignals.Window);
        Run("a signal");
        seen.ShouldBe(PosixSignal.SIGWINCH);
    }

    [Fact]
    public void Every_subscription_is_notified()
    {
        int seen = 0;
        void Count(PosixSignal signal)
        {
            if (++seen == 2)
                Loop.Stop();
        }
        using var one = Loop.ObserveSignal((PosixSignal)ProcessSignals.User).Subscribe(Count);
        using var other = Loop.ObserveSignal((PosixSignal)ProcessSignals.User).Subscribe(Count);
        ProcessSignals.Send(ProcessSignals.User);
        Run("a signal seen twice");
        seen.ShouldBe(2);
    }

    [Fact]
    public void After_disposing_nothing_is_notified_also_not_what_was_on_its_way()
    {
        bool seen = false;
        using var subscription = Loop.ObserveSignal(PosixSignal.SIGWINCH).Subscribe(_ => seen = true);
        ProcessSignals.SendAndAwait(ProcessSignals.Window);
        subscription.Dispose();
        ProcessSignals.SendAndAwait(ProcessSignals.Window);
        RunTurns(2);
        seen.ShouldBeFalse();
    }

    [Fact]
    public void A_signal_that_cannot_be_observed_is_an_error()
    {
        Exception? failure = null;
        using var subscription = Loop.ObserveSignal((PosixSignal)ProcessSignals.Kill).Subscribe(_ => { }, error => failure = error);
        failure.ShouldNotBeNull();
    }

    [Fact]
    public void A_closed_loop_throws_nothing_at_the_signal_and_is_an_error_of_a_new_subscription()
    {
        Exception? failure = null;
        using var subscription = Loop.ObserveSignal(PosixSignal.SIGWINCH).Subscribe(_ => { });
        Loop.Close();
        ProcessSignals.SendAndAwait(ProcessSignals.Window);
        Loop.ObserveSignal(PosixSignal.SIGWINCH).Subscribe(_ => { }, error => failure = error);
        failure.ShouldBeOfType<ObjectDisposedException>();
    }

    [Fact]
    public void An_observer_that_throws_is_reported_and_loses_its_subscription()
    {
        Failures.Expected = true;
        int seen = 0;
        Loop.ObserveSignal(PosixSignal.SIGWINCH).Subscribe(_ =>
        {
            seen++;
            throw new TestException();
        });
        for (int i = 0; i < 2; i++)
        {
            ProcessSignals.SendAndAwait(ProcessSignals.Window);
            RunTurns(2);
        }
        seen.ShouldBe(1);
        Failures.All.Count.ShouldBe(1);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            _signals.Dispose();
    }
}
