using System.Globalization;

namespace IOLoops;

/// <summary>
/// A point on a loop's clock, in ticks of 100 ns. Zero is the clock's own (on a native loop an arbitrary point in
/// the past), so only times of one loop can be compared. Arithmetic saturates and never overflows.
/// </summary>
public readonly record struct LoopTime : IComparable<LoopTime>
{
    /// <summary>The time that is <paramref name="ticks"/> ticks of 100 ns after the clock's zero.</summary>
    public LoopTime(long ticks) => Ticks = ticks;

    /// <summary>Ticks of 100 ns since the clock's zero.</summary>
    public long Ticks { get; }

    /// <summary>The earliest time there is.</summary>
    public static LoopTime MinValue => new(long.MinValue);

    /// <summary>The latest time there is: never.</summary>
    public static LoopTime MaxValue => new(long.MaxValue);

    /// <summary>Later (or, for a negative span, earlier) by <paramref name="span"/>; saturates.</summary>
    public static LoopTime operator +(LoopTime time, TimeSpan span) => new(AddSaturated(time.Ticks, span.Ticks));

    /// <summary>Earlier by <paramref name="span"/>; saturates.</summary>
    public static LoopTime operator -(LoopTime time, TimeSpan span) => new(SubtractSaturated(time.Ticks, span.Ticks));

    /// <summary>The span from <paramref name="right"/> to <paramref name="left"/>; saturates.</summary>
    public static TimeSpan operator -(LoopTime left, LoopTime right) => new(SubtractSaturated(left.Ticks, right.Ticks));

    /// <summary>Whether <paramref name="left"/> is earlier.</summary>
    public static bool operator <(LoopTime left, LoopTime right) => left.Ticks < right.Ticks;

    /// <summary>Whether <paramref name="left"/> is later.</summary>
    public static bool operator >(LoopTime left, LoopTime right) => left.Ticks > right.Ticks;

    /// <summary>Whether <paramref name="left"/> is earlier or the same.</summary>
    public static bool operator <=(LoopTime left, LoopTime right) => left.Ticks <= right.Ticks;

    /// <summary>Whether <paramref name="left"/> is later or the same.</summary>
    public static bool operator >=(LoopTime left, LoopTime right) => left.Ticks >= right.Ticks;

    /// <summary>The same as <c>time + span</c>, for languages without operators.</summary>
    public LoopTime Add(TimeSpan span) => this + span;

    /// <summary>The same as <c>time - span</c>, for languages without operators.</summary>
    public LoopTime Subtract(TimeSpan span) => this - span;

    /// <summary>The same as <c>time - other</c>, for languages without operators.</summary>
    public TimeSpan Subtract(LoopTime other) => this - other;

    /// <inheritdoc/>
    public int CompareTo(LoopTime other) => Ticks.CompareTo(other.Ticks);

    /// <summary>Seconds since the clock's zero, with seven digits.</summary>
    public override string ToString() => (Ticks / 1e7m).ToString("F7", CultureInfo.InvariantCulture) + " s";

    private static long AddSaturated(long a, long b)
    {
        long sum = unchecked(a + b);
        // Overflow is possible only when both have one sign and the sum has the other.
        return ((a ^ sum) & (b ^ sum)) < 0 ? (a < 0 ? long.MinValue : long.MaxValue) : sum;
    }

    private static long SubtractSaturated(long a, long b)
    {
        long difference = unchecked(a - b);
        return ((a ^ b) & (a ^ difference)) < 0 ? (a < 0 ? long.MinValue : long.MaxValue) : difference;
    }
}
