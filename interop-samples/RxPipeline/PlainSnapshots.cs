using System.Diagnostics;
using System.Globalization;

namespace IOLoops.Samples;

/// <summary>For a file or a pipe: once a second a line per file that has changed since.</summary>
internal sealed class PlainSnapshots : IDisplay
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private Dictionary<string, FileNews> _shown = [];
    private string? _losses;

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    public void Show(Action program) => program();

    public void Draw(FolderModel folder)
    {
        if (folder.Losses != _losses)
            Print($"{_losses = folder.Losses}");
        var rows = folder.Rows.ToList();
        foreach (var row in rows.Where(row => _shown.GetValueOrDefault(row.News.Name) != row.News).OrderBy(row => row.News.Name, StringComparer.Ordinal))
        {
            var counts = row.News.Counts;
            Print($"{Printable.Of(row.News.Name),-24} {row.News.State,-8} {row.Rate,5:N0}/s  created {counts.Created}, modified {counts.Modified}, written {counts.Written}, moved {counts.MovedAway + counts.MovedHere}, deleted {counts.Deleted}");
        }
        _shown = rows.ToDictionary(row => row.News.Name, row => row.News);
        Console.Out.Flush();
    }

    private void Print(FormattableString line) => Console.Out.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_start).TotalSeconds,5:F1} s  {line.ToString(CultureInfo.InvariantCulture)}"));
}
