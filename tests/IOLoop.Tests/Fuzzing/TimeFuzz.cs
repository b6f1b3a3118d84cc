using CsCheck;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Fuzzing;

/// <summary>Any time wherever a loop takes one, from the smallest to the largest: due at once or never due here, and never an overflow.</summary>
public abstract class TimeFuzz(LoopFixture fixture) : LoopHarness(fixture)
{
    private const int CasesInCI = 40;

    // Nothing that becomes due while a test runs.
    private static readonly Gen<TimeSpan> AnyTime = Gen.OneOf(
        Gen.Long[long.MinValue, 0].Select(ticks => new TimeSpan(ticks)),
        Gen.Long[TimeSpan.TicksPerDay, long.MaxValue].Select(ticks => new TimeSpan(ticks)),
        Gen.Int[1, 100].Select(days => TimeSpan.FromDays(days)),
        Gen.Long[long.MaxValue - TimeSpan.TicksPerMillisecond, long.MaxValue].Select(ticks => new TimeSpan(ticks)), // added to any time, too many
        Gen.OneOf(TimeSpan.MinValue, TimeSpan.MaxValue, TimeSpan.Zero, Timeout.InfiniteTimeSpan, new TimeSpan(-1),
            TimeSpan.FromMilliseconds(int.MaxValue), TimeSpan.FromMilliseconds(uint.MaxValue), TimeSpan.FromSeconds(int.MaxValue), new TimeSpan(long.MaxValue - 1)));

    [Fact]
    public void A_timeout_of_any_delay_is_due_or_is_not() => CheckDelays((delay, callback) => Loop.CallLater(delay, callback));

    [Fact]
    public void A_timeout_of_any_deadline_is_due_or_is_not() => CheckDelays((delay, callback) =>
        Loop.CallAt(delay <= TimeSpan.Zero ? new LoopTime(delay.Ticks) : Loop.Time + delay, callback));

    [Fact]
    public void A_timeout_of_any_date_is_due_or_is_not() => CheckDelays((delay, callback) =>
    {
        var now = DateTimeOffset.UtcNow;
        var date = delay > DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue : delay < DateTimeOffset.MinValue - now ? DateTimeOffset.MinValue : now + delay;
        return Loop.AddTimeout(date, callback);
    });

    [Fact]
    public void The_search_finds_a_time_that_overflows() => Should.Throw<CsCheckException>(() => CheckDelays((delay, callback) =>
        Loop.CallAt(new LoopTime(unchecked(Loop.Time.Ticks + delay.Ticks)), callback)));

    [Fact]
    public void A_loop_sleeps_until_any_deadline_and_is_woken_before() =>
        AnyTime.Where(delay => delay > TimeSpan.Zero).Sample(delay =>
        {
            var timeout = Loop.CallLater(delay, () => throw new InvalidOperationException("it is early"));
            var stopping = OtherThread.Start(Loop.Stop);
            Run("a stop from another thread");
            stopping.Join();
            Loop.RemoveTimeout(timeout);
        }, iter: FuzzCases.Of(CasesInCI), threads: 1);

    [Fact]
    public void RunSync_takes_any_positive_timeout() => CheckRefusals(
        time => Guarded("RunSync", () => Loop.RunSync(() => { }, time)), time => time > TimeSpan.Zero || time == Timeout.InfiniteTimeSpan, "must be positive");

    [Fact]
    public void A_periodic_callback_takes_any_positive_period() => CheckRefusals(
        time =>
        {
            using var periodic = new PeriodicCallback(() => throw new InvalidOperationException("it is early"), time, Loop);
            periodic.Start();
            RunTurns(1);
        }, time => time > TimeSpan.Zero, "must be positive");

    [Fact]
    public void A_stall_s_threshold_is_any_positive_time()
    {
        CheckRefusals(
            time =>
            {
                Loop.SetBlockingSignalThreshold(time, _ => throw new InvalidOperationException("it is no stall"));
                RunTurns(1);
            }, time => time > TimeSpan.Zero, "must be positive");
        Loop.SetBlockingLogThreshold(null);
    }

    [Fact]
    public void A_timer_takes_any_time_that_timers_of_NET_take() => CheckRefusals(
        time =>
        {
            using var timer = Loop.TimeProvider.CreateTimer(_ => { }, null, time, time);
            RunTurns(1);
        }, time => time >= TimeSpan.Zero || time == Timeout.InfiniteTimeSpan, "InfiniteTimeSpan");

    private void CheckDelays(Func<TimeSpan, Action, TimeoutHandle> add) =>
        AnyTime.Sample(delay =>
        {
            int ran = 0;
            var timeout = add(delay, () => ran++);
            RunTurns(2);
            ran.ShouldBe(delay <= TimeSpan.Zero ? 1 : 0);
            Loop.RemoveTimeout(timeout);
        }, iter: FuzzCases.Of(CasesInCI), threads: 1);

    private static void CheckRefusals(Action<TimeSpan> use, Func<TimeSpan, bool> isAllowed, string hint) =>
        AnyTime.Sample(time =>
        {
            if (isAllowed(time))
                use(time);
            else
                Should.Throw<ArgumentOutOfRangeException>(() => use(time)).Message.ShouldContain(hint);
        }, iter: FuzzCases.Of(CasesInCI), threads: 1);
}
