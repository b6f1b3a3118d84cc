using Shouldly;
using Xunit;

namespace IOLoops.Tests.Contract;

public sealed class LoopTimeTests
{
    [Fact]
    public void Arithmetic_saturates_at_both_ends()
    {
        (LoopTime.MaxValue + TimeSpan.FromTicks(1)).ShouldBe(LoopTime.MaxValue);
        (LoopTime.MinValue + TimeSpan.FromTicks(-1)).ShouldBe(LoopTime.MinValue);
        (LoopTime.MinValue - TimeSpan.FromTicks(1)).ShouldBe(LoopTime.MinValue);
        (LoopTime.MaxValue - TimeSpan.FromTicks(-1)).ShouldBe(LoopTime.MaxValue);
        (LoopTime.MaxValue - TimeSpan.MinValue).ShouldBe(LoopTime.MaxValue);
        (new LoopTime(-1) - TimeSpan.MinValue).ShouldBe(LoopTime.MaxValue);
        (new LoopTime(0) - TimeSpan.MinValue).ShouldBe(LoopTime.MaxValue);
        (LoopTime.MaxValue - LoopTime.MinValue).ShouldBe(TimeSpan.MaxValue);
        (LoopTime.MinValue - LoopTime.MaxValue).ShouldBe(TimeSpan.MinValue);
        (new LoopTime(0) + TimeSpan.MaxValue).ShouldBe(LoopTime.MaxValue);
    }

    [Fact]
    public void Times_add_subtract_and_compare()
    {
        var time = new LoopTime(100);
        (time + TimeSpan.FromTicks(5)).Ticks.ShouldBe(105);
        (time - TimeSpan.FromTicks(5)).Ticks.ShouldBe(95);
        (time - new LoopTime(40)).ShouldBe(TimeSpan.FromTicks(60));
        (time < new LoopTime(101)).ShouldBeTrue();
        (time > new LoopTime(101)).ShouldBeFalse();
        (time <= new LoopTime(100)).ShouldBeTrue();
        (time >= new LoopTime(101)).ShouldBeFalse();
        time.CompareTo(new LoopTime(99)).ShouldBePositive();
        time.ToString().ShouldBe("0.0000100 s");
    }
}
