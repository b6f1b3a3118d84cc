using System.Text;
using Terminal.Gui.App;
using Terminal.Gui.Drawing;
using Terminal.Gui.Text;

namespace IOLoops.Samples;

/// <summary>What a screen shows at a time.</summary>
/// <param name="Rows">From the top, of cells from the left.</param>
internal sealed record ScreenCapture(IReadOnlyList<IReadOnlyList<Cell>> Rows)
{
    /// <summary>As text, without what is blank at the ends of lines.</summary>
    internal string Text => string.Join('\n', Rows.Select(row => TextOf(row).TrimEnd()));

    internal static ScreenCapture Of(IApplication app)
    {
        var cells = app.Driver!.Contents!;
        return new ScreenCapture([.. Enumerable.Range(0, cells.GetLength(0)).Select(row => Row(cells, row))]);
    }

    internal static string TextOf(IEnumerable<Cell> cells)
    {
        var text = new StringBuilder();
        int covered = 0;
        foreach (var cell in cells)
        {
            // The second cell of a wide character shows nothing of its own.
            if (covered-- > 0)
                continue;
            text.Append(cell.Grapheme.Length == 0 ? " " : cell.Grapheme);
            covered = Math.Max(0, cell.Grapheme.GetColumns() - 1);
        }
        return text.ToString();
    }

    private static List<Cell> Row(Cell[,] cells, int row) => [.. Enumerable.Range(0, cells.GetLength(1)).Select(column => cells[row, column])];
}
