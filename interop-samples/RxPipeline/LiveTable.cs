using System.Globalization;
using Spectre.Console;

namespace IOLoops.Samples;

/// <summary>For a terminal: a table that is drawn over itself, and fits.</summary>
internal sealed class LiveTable : IDisplay
{
    // The title, the borders, the head, the caption in up to two lines, and the cursor's.
    private const int LinesAroundRows = 8;

    // Fixed, else the table would change its shape as files change their state.
    private const int WidthOfState = 8;

    // The columns of names and states, without the names: borders and padding.
    private const int WidthAroundName = WidthOfState + 7;

    private const int LeastWidthOfName = 12;

    // In the order of importance: a narrow terminal shows the first ones.
    private static readonly (string Head, Func<FileRow, int> Value)[] Numbers =
    [
        ("per s", row => row.Rate),
        ("written", row => row.News.Counts.Written),
        ("modified", row => row.News.Counts.Modified),
        ("created", row => row.News.Counts.Created),
        ("moved", row => row.News.Counts.MovedAway + row.News.Counts.MovedHere),
        ("deleted", row => row.News.Counts.Deleted),
    ];

    private LiveDisplayContext? _terminal;

    public TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(100);

    public void Show(Action program) => AnsiConsole.Live(new Text("")).Start(terminal =>
    {
        _terminal = terminal;
        program();
    });

    public void Draw(FolderModel folder) => _terminal!.UpdateTarget(Render(folder, AnsiConsole.Profile.Width, AnsiConsole.Profile.Height));

    private static Table Render(FolderModel folder, int width, int height)
    {
        int left = width - WidthAroundName - LeastWidthOfName;
        var numbers = Numbers.TakeWhile(number => (left -= WidthOf(number.Head)) >= 0).ToList();
        int nameWidth = Math.Max(LeastWidthOfName, width - WidthAroundName - numbers.Sum(number => WidthOf(number.Head)));

        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape(Printable.Of(folder.Folder))) };
        table.AddColumn(new TableColumn("file").NoWrap());
        table.AddColumn(new TableColumn("state") { Width = WidthOfState }.NoWrap());
        numbers.ForEach(number => table.AddColumn(new TableColumn(number.Head).RightAligned().NoWrap().PadLeft(0)));

        var rows = folder.Rows.ToList();
        int mostRows = Math.Max(1, height - LinesAroundRows);
        // Which ones: those that changed last. In which order: one in which they can be found again.
        foreach (var row in rows.Take(mostRows).OrderBy(row => row.News.Name, StringComparer.Ordinal))
        {
            string[] cells = [Shorten(Printable.Of(row.News.Name), nameWidth), row.News.State, .. numbers.Select(number => Number(number.Value(row)))];
            table.AddRow(cells.Select(cell => new Text(cell, StyleOf(row))));
        }
        table.Caption = new TableTitle(Caption(folder, Math.Max(0, rows.Count - mostRows)));
        return table;
    }

    private static int WidthOf(string head) => head.Length + 2;

    private static string Shorten(string name, int width) => name.Length <= width ? name : string.Concat(name.AsSpan(0, width - 1), "…");

    private static Style StyleOf(FileRow row) => row.News switch
    {
        { Last: FileChangeKind.Deleted or FileChangeKind.MovedAway } => new Style(Color.Grey),
        { IsQuiet: true } => Style.Plain,
        { Last: FileChangeKind.Created or FileChangeKind.Modified } => new Style(Color.Yellow),
        _ => new Style(Color.Green),
    };

    private static string Caption(FolderModel folder, int more)
    {
        string files = more > 0 ? $"{Number(more)} more files; " : "";
        string lost = folder.Losses is { } losses ? $" [red]{losses}[/]" : "";
        return $"{files}{folder.Total.Total:N0} changes, {folder.Rate:N0} per s; Ctrl-C ends{lost}";
    }

    private static string Number(int number) => number == 0 ? "" : number.ToString("N0", CultureInfo.InvariantCulture);
}
