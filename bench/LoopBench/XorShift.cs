namespace LoopBench;

/// <summary>xorshift64*, so that every implementation of a workload draws the same numbers.</summary>
internal sealed class XorShift
{
    private ulong _state = 88172645463325252;

    internal int Next()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (int)((_state * 2685821657736338717) >> 33);
    }
}
