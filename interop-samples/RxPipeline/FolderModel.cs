namespace IOLoops.Samples;

/// <summary>The sum of the news: what a display shows. Belongs to the loop's thread while the loop runs.</summary>
internal sealed class FolderModel(string folder)
{
    private readonly Dictionary<string, FileRow> _rows = [];
    private ChangeCounts _ofForgotten;
    private long _changes;

    internal string Folder { get; } = folder;

    /// <summary>Those that changed last come first.</summary>
    internal IEnumerable<FileRow> Rows => _rows.Values.OrderByDescending(row => row.Change);

    /// <summary>Of all files, also of those that are forgotten.</summary>
    internal ChangeCounts Total => _rows.Values.Aggregate(_ofForgotten, (sum, row) => sum + row.News.Counts);

    /// <summary>Changes in the last second.</summary>
    internal int Rate { get; private set; }

    /// <summary>How often changes were lost.</summary>
    internal int Overflows { get; private set; }

    /// <summary>Null: nothing was lost.</summary>
    internal string? Losses => Overflows switch
    {
        0 => null,
        1 => "changes were lost: there were too many at once",
        _ => $"changes were lost: there were too many at once {Overflows} times",
    };

    internal bool IsFolderGone { get; private set; }

    internal ChangeCounts CountsOf(string file) => _rows.GetValueOrDefault(file)?.News.Counts ?? default;

    internal void Apply(FolderNews news)
    {
        switch (news)
        {
            case FileNews { IsForgotten: true } file:
                _ofForgotten += CountsOf(file.Name);
                _rows.Remove(file.Name);
                break;
            case FileNews file:
                var row = _rows.GetValueOrDefault(file.Name) ?? new FileRow(file, 0, 0);
                _rows[file.Name] = row with { News = file, Change = file.IsQuiet ? row.Change : ++_changes };
                break;
            case RateNews rates:
                Apply(rates);
                break;
            case OverflowNews:
                Overflows++;
                break;
            case FolderGoneNews:
                IsFolderGone = true;
                break;
        }
    }

    private void Apply(RateNews rates)
    {
        Rate = rates.PerFile.Values.Sum();
        foreach (var (name, row) in _rows)
        {
            int rate = rates.PerFile.GetValueOrDefault(name);
            if (rate != row.Rate)
                _rows[name] = row with { Rate = rate };
        }
    }
}
