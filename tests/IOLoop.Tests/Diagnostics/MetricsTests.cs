using System.Diagnostics;
using IOLoops.Conformance;
using IOLoops.Tests.Stress;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Diagnostics;

/// <summary>Metrics that come and go with who listens. Those who listen hear all loops of the process, so nothing runs beside these.</summary>
[Collection(nameof(Alone))]
public sealed class MetricsTests : IDisposable
{
    private const string Name = "orders";
    private const string PollTime = "ioloop.poll.time";
    private const string Lag = "ioloop.callback.lag";

    private static readonly TimeSpan Unheard = TimeSpan.FromMilliseconds(50);

    private readonly PollIOLoop _loop = new(new PollIOLoopOptions { Name = Name });
    private readonly EventFd _ready = new();

    [Fact]
    public void Time_in_which_nobody_listens_is_not_poll_time()
    {
        var first = new LoopMeasurements(Name);
        LoopMeasurements? second = null;
        long began = 0;
        var unheard = TimeSpan.Zero;
        double before = 0;
        double after = 0;
        Turns(
            () =>
            {
                began = Stopwatch.GetTimestamp();
                before = Collect(first);
                first.Dispose(); // in the middle of a turn, which is observed to its end
            },
            () =>
            {
                long from = Stopwatch.GetTimestamp();
                SpinWait.SpinUntil(() => (unheard = Stopwatch.GetElapsedTime(from)) >= Unheard);
                second = new LoopMeasurements(Name);
            },
            () => after = Collect(second!));
        second!.Dispose();
        (after - before).ShouldBeLessThanOrEqualTo((Stopwatch.GetElapsedTime(began) - unheard).TotalSeconds);
    }

    [Fact]
    public void A_callback_that_ran_while_nobody_listened_has_no_lag_for_those_who_listen_next()
    {
        var first = new LoopMeasurements(Name, Lag);
        LoopMeasurements? second = null;
        Turns(
            () =>
            {
                OtherThread.Run(() => _loop.AddCallback(() => { }));
                first.Dispose();
            },
            () => second = new LoopMeasurements(Name, Lag),
            () => { });
        second!.Dispose();
        second.Recorded(Lag).ShouldBeEmpty();
    }

    [Fact]
    public void A_loop_that_waits_is_seen_to_wait_before_the_wait_is_over()
    {
        using var measurements = new LoopMeasurements(Name);
        var runner = OtherThread.Start(_loop.Start);
        SeesWait(measurements);
        _loop.Stop();
        runner.Join();
    }

    [Fact]
    public void A_hosted_loop_that_waits_is_seen_to_wait_until_its_run_ends()
    {
        using var measurements = new LoopMeasurements("hosted");
        using var loop = new SynchronizationContextIOLoop(new SynchronizationContext(), new HostedIOLoopOptions { Name = "hosted" });
        loop.Attach();
        SeesWait(measurements);
        loop.Stop();
        Bounded.Until(() => !loop.IsRunning, "the run has ended");
        double atEnd = Collect(measurements);
        Collect(measurements).ShouldBe(atEnd);
    }

    [Fact]
    public void The_time_that_a_loop_has_waited_never_grows_less()
    {
        using var measurements = new LoopMeasurements(Name);
        Action again = null!;
        again = () => _loop.CallLater(TimeSpan.FromTicks(100), again);
        _loop.AddCallback(again);
        var runner = OtherThread.Start(_loop.Start);
        Bounded.Until(() => Collect(measurements) > 0, "the loop has waited");
        double last = 0;
        for (int i = 0; i < 20_000; i++)
        {
            double now = Collect(measurements);
            now.ShouldBeGreaterThanOrEqualTo(last);
            last = now;
        }
        _loop.Stop();
        runner.Join();
    }

    [Fact]
    public void Loops_of_one_name_are_measured_together()
    {
        using var other = new PollIOLoop(new PollIOLoopOptions { Name = Name });
        using var measurements = new LoopMeasurements(Name);
        for (int i = 0; i < 2; i++)
            _loop.CallLater(TimeSpan.FromHours(1), () => { });
        other.CallLater(TimeSpan.FromHours(1), () => { });
        measurements.Collect("ioloop.timeout.pending").ShouldBe(3);
        other.Close();
        measurements.Collect("ioloop.timeout.pending").ShouldBe(2);
    }

    public void Dispose()
    {
        _loop.Close();
        _ready.Dispose();
    }

    private static void SeesWait(LoopMeasurements measurements)
    {
        // Twice, so that the same wait continues: nothing wakes the loop.
        Bounded.Until(() => measurements.Collect(PollTime) > 0.05, "the loop is seen to wait");
        double before = Collect(measurements);
        Bounded.Until(() => measurements.Collect(PollTime) > before + 0.05, "the loop is seen to wait on");
    }

    private static double Collect(LoopMeasurements measurements) => measurements.Collect(PollTime).ShouldNotBeNull();

    /// <summary>Turns of one run, each with one call of a handler.</summary>
    private void Turns(params Action[] inHandler)
    {
        int turn = 0;
        _loop.AddHandler(_ready.Number, (_, _) =>
        {
            inHandler[turn++]();
            if (turn == inHandler.Length)
                _loop.Stop();
        }, IOEvents.Write);
        _loop.Start();
    }
}
