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

    private const int UserSignal = 10;   // SIGUSR1: ends the process unless it is observed
    private const int WindowSignal = 28; // SIGWINCH: has no effect by default
    private const int KillSignal = 9;    // SIGKILL: cannot be observed

    private protected SignalTests(PollerKind poller)
        : base(new OverPoller(poller))
    {
    }

    [Fact]
    public void A_signal_is_notified_on_the_loop_and_does_not_have_its_default_effect()
    {
        var seen = new List<PosixSignal>();
        int thread = Environment.CurrentManagedThreadId;
        using var subscription = Loop.ObserveSignal((PosixSignal)UserSignal).Subscribe(signal =>
        {
            Environment.CurrentManagedThreadId.ShouldBe(thread);
            seen.Add(signal);
            if (seen.Count < 3)
                RawFiles.SendToSelf(UserSignal);
            else
                Loop.Stop();
        });
        RawFiles.SendToSelf(UserSignal);
        Run("three signals");
        seen.ShouldAllBe(signal => (int)signal == UserSignal);
        seen.Count.ShouldBe(3);
    }

    [Fact]
    public void A_signal_known_by_name_is_notified_by_name()
    {
        PosixSignal? seen = null;
        using var subscription = Loop.ObserveSignal(PosixSignal.SIGWINCH).Take(1).Subscribe(signal => seen = signal, Loop.Stop);
        RawFiles.SendToSelf(WindowSignal);
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
        using var one = Loop.ObserveSignal((PosixSignal)UserSignal).Subscribe(Count);
        using var other = Loop.ObserveSignal((PosixSignal)UserSignal).Subscribe(Count);
        RawFiles.SendToSelf(UserSignal);
        Run("a signal seen twice");
        seen.ShouldBe(2);
    }

    [Fact]
    public void After_disposing_nothing_is_notified_also_not_what_was_on_its_way()
    {
        bool seen = false;
        using var arrived = new ManualResetEventSlim();
        using var subscription = Loop.ObserveSignal(PosixSignal.SIGWINCH).Subscribe(_ => seen = true);
        // Registered later, and so told later: then the signal is on its way to the loop.
        using (PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => arrived.Set()))
        {
            SendAndWait(arrived);
            subscription.Dispose();
            SendAndWait(arrived);
        }
        RunTurns(2);
        seen.ShouldBeFalse();
    }

    [Fact]
    public void A_signal_that_cannot_be_observed_is_an_error()
    {
        Exception? failure = null;
        using var subscription = Loop.ObserveSignal((PosixSignal)KillSignal).Subscribe(_ => { }, error => failure = error);
        failure.ShouldNotBeNull();
    }

    [Fact]
    public void A_closed_loop_throws_nothing_at_the_signal_and_is_an_error_of_a_new_subscription()
    {
        Exception? failure = null;
        using var arrived = new ManualResetEventSlim();
        using var subscription = Loop.ObserveSignal(PosixSignal.SIGWINCH).Subscribe(_ => { });
        using var registration = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => arrived.Set());
        Loop.Close();
        SendAndWait(arrived);
        Loop.ObserveSignal(PosixSignal.SIGWINCH).Subscribe(_ => { }, error => failure = error);
        failure.ShouldBeOfType<ObjectDisposedException>();
    }

    [Fact]
    public void An_observer_that_throws_is_reported_and_loses_its_subscription()
    {
        Failures.Expected = true;
        int seen = 0;
        using var arrived = new ManualResetEventSlim();
        Loop.ObserveSignal(PosixSignal.SIGWINCH).Subscribe(_ =>
        {
            seen++;
            throw new TestException();
        });
        using var registration = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => arrived.Set());
        for (int i = 0; i < 2; i++)
        {
            SendAndWait(arrived);
            RunTurns(2);
        }
        seen.ShouldBe(1);
        Failures.All.Count.ShouldBe(1);
    }

    private static void SendAndWait(ManualResetEventSlim arrived)
    {
        arrived.Reset();
        RawFiles.SendToSelf(WindowSignal);
        arrived.Wait(Patience).ShouldBeTrue();
    }
}
