namespace IOLoops.Samples;

/// <summary>The last lines of something, and the one that is being written.</summary>
internal sealed class LineBuffer
{
    internal const int MostLines = 10_000;

    private readonly string[] _lines = new string[MostLines];
    private int _start;

    /// <summary>After each change; often.</summary>
    internal event Action? Changed;

    /// <summary>How many are kept.</summary>
    internal int Count { get; private set; }

    /// <summary>How many there were, also those that are kept no more.</summary>
    internal long Total { get; private set; }

    /// <summary>The line that has no end yet; empty: none.</summary>
    internal string Unfinished { get; private set; } = "";

    /// <summary>The oldest that is kept is 0.</summary>
    internal string this[int index] => _lines[(_start + index) % MostLines];

    internal void Add(string line)
    {
        _lines[(_start + Count) % MostLines] = line;
        if (Count < MostLines)
            Count++;
        else
            _start = (_start + 1) % MostLines;
        Total++;
        Unfinished = "";
        Changed?.Invoke();
    }

    internal void SetUnfinished(string line)
    {
        if (line == Unfinished)
            return;
        Unfinished = line;
        Changed?.Invoke();
    }

    /// <summary>All that contain a text, the unfinished one included.</summary>
    internal IEnumerable<string> Matching(string filter)
    {
        for (int i = 0; i < Count; i++)
        {
            if (this[i].Contains(filter, StringComparison.OrdinalIgnoreCase))
                yield return this[i];
        }
        if (Unfinished.Length > 0 && Unfinished.Contains(filter, StringComparison.OrdinalIgnoreCase))
            yield return Unfinished;
    }
}
