using CsCheck;
using IOLoops.Conformance;
using IOLoops.Tests.Hosting;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Fuzzing;

/// <summary>Any value of every option of a loop: it works, or is refused by an exception that says what is allowed.</summary>
public sealed class OptionsFuzz
{
    private const int CasesInCI = 150;

    private static readonly Gen<int> AnyNumber = Gen.OneOf(Gen.Int, Gen.Int[-2, 6], Gen.OneOf(0, 1, -1, int.MinValue, int.MaxValue));

    // Valid ones often: else hardly any loop would be made.
    private static readonly Gen<int> AnyKind = Gen.OneOf(Gen.OneOf(0, 1), AnyNumber);

    private static readonly Gen<TimeSpan?> AnyBudget = Gen.OneOf(
        Gen.Long.Select(ticks => (TimeSpan?)new TimeSpan(ticks)),
        Gen.OneOf<TimeSpan?>(null, TimeSpan.Zero, TimeSpan.MinValue, TimeSpan.MaxValue, Timeout.InfiniteTimeSpan, new TimeSpan(1)));

    [Fact]
    public void A_native_loop_takes_every_valid_value_and_says_which_one_is_not() => CheckNative(static options => options);

    [Fact]
    public void The_search_finds_an_option_that_is_not_checked() => Should.Throw<CsCheckException>(() => CheckNative(static options =>
    {
        options.MaxEventsPerTurn = Math.Max(1, options.MaxEventsPerTurn);
        return options;
    }));

    [Fact]
    public void A_hosted_loop_takes_every_valid_value_and_says_which_one_is_not() =>
        Gen.Select(AnyKind, AnyNumber, AnyBudget).Sample((poller, most, budget) =>
        {
            var options = new HostedIOLoopOptions { Poller = (PollerKind)poller, MaxEventsPerTurn = most };
            if (budget < TimeSpan.Zero)
                Should.Throw<ArgumentOutOfRangeException>(() => options.TurnBudget = budget).Message.ShouldContain("greater than or equal to");
            else
                options.TurnBudget = budget;
            using var host = new StrictHost(isPumpable: true);
            Check(options, WakerKind.Default, () => new HostedIOLoop(host, options));
            host.Faults.ShouldBeEmpty();
        }, iter: FuzzCases.Of(CasesInCI), threads: 1);

    private static void CheckNative(Func<PollIOLoopOptions, PollIOLoopOptions> tamper) =>
        Gen.Select(AnyKind, AnyKind, AnyNumber, Gen.OneOf(Gen.String, Gen.Const((string)null!))).Sample((poller, waker, most, name) =>
        {
            var options = new PollIOLoopOptions { Poller = (PollerKind)poller, Waker = (WakerKind)waker, MaxEventsPerTurn = most, Name = name };
            Check(new PollIOLoopOptions { Poller = options.Poller, MaxEventsPerTurn = most }, options.Waker, () => new PollIOLoop(tamper(options)));
        }, iter: FuzzCases.Of(CasesInCI), threads: 1);

    private static void Check(IOLoopOptions options, WakerKind waker, Func<IOLoop> create)
    {
        var poller = options is PollIOLoopOptions native ? native.Poller : ((HostedIOLoopOptions)options).Poller;
        IOLoop loop;
        try
        {
            loop = create();
        }
        catch (ArgumentOutOfRangeException exception)
        {
            (Enum.IsDefined(poller) && Enum.IsDefined(waker) && options.MaxEventsPerTurn >= 1).ShouldBeFalse(exception.Message);
            exception.Message.ShouldMatch("at least 1|Use a value of (PollerKind|WakerKind)");
            return;
        }
        catch (PlatformNotSupportedException exception)
        {
            (Enum.IsDefined(poller) && Enum.IsDefined(waker)).ShouldBeTrue(exception.Message);
            exception.Message.ShouldContain("Use ");
            return;
        }
        (Enum.IsDefined(poller) && Enum.IsDefined(waker) && options.MaxEventsPerTurn >= 1).ShouldBeTrue("a loop was made of options that are out of range");
        loop.RunSync(static () => 7, TimeSpan.FromSeconds(30)).ShouldBe(7);
        loop.Close();
    }
}
