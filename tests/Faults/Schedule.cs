namespace Faults;

/// <summary>Which calls fail: the first one, and every <paramref name="Step"/>th after it (zero: no other).</summary>
internal sealed record Schedule(string Name, long First, long Step)
{
    // A call that always fails with EINTR or EAGAIN may be repeated without end, as its manual demands: no kernel does that.
    private const long Burst = 200;

    internal static IReadOnlyList<Schedule> All { get; } =
        [new("first", 1, 0), new("third", 3, 0), new("second", 2, 2), new("all", 1, 1)];

    internal static long Most(int errno) => ErrnoNames.IsTransient(errno) ? Burst : long.MaxValue;
}
