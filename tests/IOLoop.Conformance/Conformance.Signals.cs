using System.Runtime.InteropServices;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    private const int Storm = 10_000;

    private static readonly Action<LoopConformance> SignalAgain = static test =>
    {
        if (test.Meter.IsDone())
            test.Loop.Stop();
        else
            test.Loop.AddCallbackFromSignal(SignalAgain!, test);
    };

    public static TheoryData<int> SignalNumbers =>
        [ProcessSignals.HangUp, ProcessSignals.User, ProcessSignals.OtherUser, ProcessSignals.Child, ProcessSignals.Window];

    // Contract: AddSignalHandler
    [Theory, MemberData(nameof(SignalNumbers))]
    public void A_signal_runs_its_callback_on_the_loop_and_does_not_have_its_default_effect(int number)
    {
        using var signals = ProcessSignals.Take();
        var seen = new List<int>();
        using var handler = Loop.AddSignalHandler((PosixSignal)number, context =>
        {
            Loop.IsOnLoopThread.ShouldBeTrue();
            IOLoop.Current.ShouldBeSameAs(Loop);
            seen.Add((int)context.Signal);
            if (seen.Count == 3)
                Loop.Stop();
            else
                ProcessSignals.Send(number);
        });
        ProcessSignals.Send(number);
        Run("three signals");
        seen.ShouldAllBe(signal => signal == number);
    }

    [Fact]
    public void A_signal_known_by_name_comes_by_name()
    {
        using var signals = ProcessSignals.Take();
        PosixSignal? seen = null;
        using var handler = Loop.AddSignalHandler(PosixSignal.SIGHUP, context =>
        {
            seen = context.Signal;
            Loop.Stop();
        });
        ProcessSignals.Send(ProcessSignals.HangUp);
        Run("a signal");
        seen.ShouldBe(PosixSignal.SIGHUP);
    }

    [Fact]
    public void Every_handler_of_a_signal_is_called()
    {
        using var signals = ProcessSignals.Take();
        var seen = new List<string>();
        using var one = Loop.AddSignalHandler((PosixSignal)ProcessSignals.User, _ => See("one"));
        using var other = Loop.AddSignalHandler((PosixSignal)ProcessSignals.User, _ => See("other"));
        ProcessSignals.Send(ProcessSignals.User);
        Run("a signal seen twice");
        seen.ShouldBe(["one", "other"], ignoreOrder: true);

        void See(string which)
        {
            seen.Add(which);
            if (seen.Count == 2)
                Loop.Stop();
        }
    }

    [Fact]
    public void After_disposing_a_signal_handler_it_is_not_called_not_even_for_what_was_on_its_way()
    {
        using var signals = ProcessSignals.Take();
        bool called = false;
        var handler = Loop.AddSignalHandler((PosixSignal)ProcessSignals.User, _ => called = true);
        ProcessSignals.SendAndAwait(ProcessSignals.User);
        OtherThread.Run(handler.Dispose);
        handler.Dispose();
        ProcessSignals.SendAndAwait(ProcessSignals.User);
        RunTurns(2);
        called.ShouldBeFalse();
    }

    [Fact]
    public void A_signal_that_was_on_its_way_to_a_handler_that_was_disposed_of_is_not_missed_by_a_closed_loop()
    {
        using var signals = ProcessSignals.Take();
        var handler = Loop.AddSignalHandler((PosixSignal)ProcessSignals.User, _ => { });
        ProcessSignals.SendAndAwait(ProcessSignals.User);
        handler.Dispose();
        Loop.Close();
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void A_signal_that_was_on_its_way_when_the_loop_was_closed_is_logged()
    {
        using var signals = ProcessSignals.Take();
        Failures.Expected = true;
        using var handler = Loop.AddSignalHandler((PosixSignal)ProcessSignals.User, _ => { });
        ProcessSignals.SendAndAwait(ProcessSignals.User);
        Loop.Close();
        Log.Entries.ShouldHaveSingleItem().Message.ShouldContain(nameof(A_signal_that_was_on_its_way_when_the_loop_was_closed_is_logged));
    }

    [Fact]
    public void A_signal_handler_may_dispose_of_itself()
    {
        using var signals = ProcessSignals.Take();
        int calls = 0;
        IDisposable? handler = null;
        handler = Loop.AddSignalHandler((PosixSignal)ProcessSignals.User, _ =>
        {
            calls++;
            handler!.Dispose();
        });
        ProcessSignals.SendAndAwait(ProcessSignals.User);
        ProcessSignals.SendAndAwait(ProcessSignals.User);
        RunTurns(2);
        calls.ShouldBe(1);
    }

    [Fact]
    public void Whether_a_signal_has_its_default_effect_is_decided_before_the_loop_learns_of_it()
    {
        using var signals = ProcessSignals.Take();
        var decisions = new List<bool>();
        // The latest is called first: this one is called after the loop's.
        using var witness = PosixSignalRegistration.Create((PosixSignal)ProcessSignals.User, context => decisions.Add(context.Cancel));
        using var handler = Loop.AddSignalHandler((PosixSignal)ProcessSignals.User, static context => context.Cancel = false);
        ProcessSignals.SendAndAwait(ProcessSignals.User);
        RunTurns(2);
        ProcessSignals.SendAndAwait(ProcessSignals.User);
        Loop.Close();
        ProcessSignals.SendAndAwait(ProcessSignals.User);
        decisions.ShouldBe([true, true, false]);
    }

    [Fact]
    public void A_signal_handler_that_fails_is_reported_and_called_again()
    {
        using var signals = ProcessSignals.Take();
        Failures.Expected = true;
        Action<PosixSignalContext> callback = static _ => throw new TestException();
        using var handler = Loop.AddSignalHandler((PosixSignal)ProcessSignals.User, callback);
        for (int i = 0; i < 2; i++)
        {
            ProcessSignals.SendAndAwait(ProcessSignals.User);
            RunTurns(2);
        }
        Failures.All.Select(failure => failure.Callback).ShouldBe([callback, callback]);
    }

    [Fact]
    public void A_signal_handler_runs_in_the_context_that_it_was_added_in()
    {
        using var signals = ProcessSignals.Take();
        string? seen = null;
        Local.Value = "adder";
        using var handler = Loop.AddSignalHandler((PosixSignal)ProcessSignals.User, _ => seen = Local.Value);
        Local.Value = null;
        ProcessSignals.SendAndAwait(ProcessSignals.User);
        RunTurns(2);
        seen.ShouldBe("adder");
    }

    [Fact]
    public void A_signal_that_cannot_be_handled_is_refused()
    {
        Should.Throw<IOException>(() => Loop.AddSignalHandler((PosixSignal)ProcessSignals.Kill, _ => { }));
        Should.Throw<PlatformNotSupportedException>(() => Loop.AddSignalHandler((PosixSignal)1_000_000, _ => { }));
        Should.Throw<ArgumentNullException>(() => Loop.AddSignalHandler(PosixSignal.SIGHUP, null!));
        Loop.Close();
        Should.Throw<ObjectDisposedException>(() => Loop.AddSignalHandler(PosixSignal.SIGHUP, _ => { }));
    }

    [Fact]
    public void A_signal_handler_that_was_disposed_of_is_collectable() => IsCollectable(data =>
        Loop.AddSignalHandler(PosixSignal.SIGHUP, _ => data.ToString()).Dispose());

    [Fact]
    public void A_signal_handler_of_a_closed_loop_is_collectable() => IsCollectable(data =>
    {
        Loop.AddSignalHandler(PosixSignal.SIGHUP, _ => data.ToString());
        Loop.Close();
    });

    [Fact]
    public void A_storm_of_signals_blocks_nothing_and_its_last_one_is_not_lost()
    {
        using var signals = ProcessSignals.Take();
        int sent = 0;
        int seen = 0;
        int handled = 0;
        int posted = 0;
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => handled++, IOEvents.Read);
        using var handler = Loop.AddSignalHandler((PosixSignal)ProcessSignals.OtherUser, _ =>
        {
            seen = Volatile.Read(ref sent);
            if (seen == Storm)
                Loop.Stop();
        });
        OtherThread? storm = null;
        Loop.AddCallback(() => storm = OtherThread.Start(() =>
        {
            for (int i = 1; i <= Storm; i++)
            {
                Volatile.Write(ref sent, i);
                ProcessSignals.Send(ProcessSignals.OtherUser);
                if (i % 1000 == 0)
                    Loop.AddCallback(() => posted++);
            }
        }));
        Run("the last signal of a storm");
        storm!.Join();
        seen.ShouldBe(Storm);
        handled.ShouldBeGreaterThan(0);
        RunTurns(2);
        posted.ShouldBe(Storm / 1000);
    }

    [Fact]
    public void Callbacks_from_signals_with_a_reference_as_state_allocate_nothing()
    {
        Loop.AddCallbackFromSignal(SignalAgain, this);
        MeasureToStop("callbacks from signals");
    }
}
