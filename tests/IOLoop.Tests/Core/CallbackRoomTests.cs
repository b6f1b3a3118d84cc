using IOLoops.Callbacks;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

/// <summary>How many callbacks one batch takes, and how much room a storm of them leaves behind.</summary>
public sealed class CallbackRoomTests
{
    private const int Storm = 1_000_000;
    private const int QuietTurns = 2_000;
    private const int SmallRoom = 200_000; // references; a storm needs five times as many

    private static readonly Action Nothing = static () => { };

    private readonly CallbackQueue _queue = new();

    // Row: Memory
    [Theory]
    [InlineData("own", "own")]
    [InlineData("others", "own")]
    [InlineData("own", "others")]
    [InlineData("others", "others")]
    [InlineData("both", "both")]
    [InlineData("both", "own")]
    public void The_room_of_a_storm_is_given_up_after_many_quiet_turns(string stormBy, string quietBy)
    {
        Add(stormBy, Storm);
        Turn().ShouldBeGreaterThanOrEqualTo(Storm);
        _queue.Room.ShouldBeGreaterThan(Storm);
        for (int i = 0; i < QuietTurns; i++)
        {
            Add(quietBy, 1);
            Turn();
        }
        _queue.Room.ShouldBeLessThan(SmallRoom);
    }

    // Row: Fairness
    [Fact]
    public void A_batch_takes_no_more_callbacks_from_signals_than_the_pool_holds()
    {
        const int Signals = SignalQueue.PoolSize * 3;
        for (int i = 0; i < Signals; i++)
            _queue.TryAddFromSignal(new WorkItem(Nothing, null, null, null), out _).ShouldBeTrue();
        for (int batch = 0; batch < 3; batch++)
            Turn().ShouldBe(SignalQueue.PoolSize);
        Turn().ShouldBe(0);
        _queue.HasWork.ShouldBeFalse();
    }

    /// <param name="by">The loop's own thread, others, or first the one and then the others.</param>
    /// <param name="count">How many by each.</param>
    private void Add(string by, int count)
    {
        if (by != "others")
        {
            for (int i = 0; i < count; i++)
                _queue.TryAddLocalPlain(Nothing);
        }
        if (by != "own")
        {
            for (int i = 0; i < count; i++)
                _queue.TryAddPlain(Nothing, out _);
        }
    }

    private int Turn()
    {
        int ran = 0;
        _queue.TakeBatch();
        while (_queue.Own.Next() is not null)
            ran++;
        return ran;
    }
}
