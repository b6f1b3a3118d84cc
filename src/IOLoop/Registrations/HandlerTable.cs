using System.Runtime.CompilerServices;

namespace IOLoops.Registrations;

/// <summary>
/// The registrations of a loop by descriptor number. Numbers are small and dense, so the table is an array, in pages: a
/// row never moves, and a reference to it stays good while handlers add others.
/// </summary>
internal sealed class HandlerTable
{
    private const int PageBits = 7;
    private const int PageSize = 1 << PageBits;

    private HandlerRegistration[]?[] _pages = new HandlerRegistration[8][];
    private uint _generation;

    /// <summary>How many rows are taken.</summary>
    internal int Count { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Token(int fd, uint generation) => ((ulong)generation << 32) | (uint)fd;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Descriptor(ulong token) => (int)token;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Generation(ulong token) => (uint)(token >> 32);

    /// <summary>The row of a number that has been used before, or a null reference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref HandlerRegistration Find(nint fd)
    {
        nuint page = (nuint)fd >> PageBits;
        if (page < (nuint)_pages.Length && _pages[page] is { } rows)
            return ref rows[(int)fd & (PageSize - 1)];
        return ref Unsafe.NullRef<HandlerRegistration>();
    }

    /// <summary>The taken row of a number, or a null reference.</summary>
    internal ref HandlerRegistration FindTaken(nint fd)
    {
        ref var row = ref Find(fd);
        if (!Unsafe.IsNullRef(ref row) && row.IsTaken)
            return ref row;
        return ref Unsafe.NullRef<HandlerRegistration>();
    }

    /// <summary>The row of a number, made if need be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref HandlerRegistration Ensure(int fd)
    {
        int page = fd >> PageBits;
        if (page >= _pages.Length)
            Array.Resize(ref _pages, Math.Max(page + 1, _pages.Length * 2));
        var rows = _pages[page] ??= new HandlerRegistration[PageSize];
        return ref rows[fd & (PageSize - 1)];
    }

    /// <summary>A generation that no live row has. Never 0, nor the last, whose tokens are the pollers' own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint NextGeneration()
    {
        if (++_generation is 0 or uint.MaxValue)
            _generation = 1;
        return _generation;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Take(ref HandlerRegistration row, in HandlerRegistration registration)
    {
        if (!row.IsTaken)
            Count++;
        row = registration;
    }

    internal void Free(ref HandlerRegistration row, uint poll)
    {
        Count--;
        row = new HandlerRegistration { ChangedInPoll = poll };
    }

    /// <summary>The numbers of all taken rows.</summary>
    internal List<int> Descriptors()
    {
        var descriptors = new List<int>(Count);
        for (int page = 0; page < _pages.Length; page++)
        {
            if (_pages[page] is not { } rows)
                continue;
            for (int i = 0; i < rows.Length; i++)
            {
                if (rows[i].IsTaken)
                    descriptors.Add((page << PageBits) | i);
            }
        }
        return descriptors;
    }

    /// <summary>All taken rows, from any thread. One that changes while it is copied is left out.</summary>
    internal List<(int Descriptor, HandlerRegistration Row)> Copy()
    {
        var copies = new List<(int, HandlerRegistration)>();
        var pages = _pages;
        for (int page = 0; page < pages.Length; page++)
        {
            if (pages[page] is not { } rows)
                continue;
            for (int i = 0; i < rows.Length; i++)
            {
                uint generation = Volatile.Read(ref rows[i].Generation);
                var copy = rows[i];
                Interlocked.MemoryBarrier();
                if (generation != 0 && copy.Target is not null && copy.Generation == generation && rows[i].Generation == generation)
                    copies.Add(((page << PageBits) | i, copy));
            }
        }
        return copies;
    }

    internal void Clear()
    {
        _pages = [];
        Count = 0;
    }
}
