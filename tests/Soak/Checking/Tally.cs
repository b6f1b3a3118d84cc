namespace Soak.Checking;

/// <summary>How much one kind of loop has done.</summary>
internal sealed class Tally
{
    private readonly long[] _counts = new long[Enum.GetValues<Work>().Length];

    internal int Rounds { get; set; }

    internal long this[Work work] => Interlocked.Read(ref _counts[(int)work]);

    internal void Add(Work work) => Interlocked.Increment(ref _counts[(int)work]);
}
