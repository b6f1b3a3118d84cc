using System.Globalization;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;
using Terminal.Gui.Drawing;

namespace IOLoops.Samples;

/// <summary>A picture of a screen: its text as text, in its colours.</summary>
internal static partial class ScreenSvg
{
    // Where a cell has no colour of its own, it has the terminal's.
    private const string Paper = "#14181f";
    private const string Ink = "#d8dee9";

    private const int CellWidth = 9;
    private const int CellHeight = 17;
    private const int Margin = 12;
    private const int Baseline = 13;

    internal static string Draw(ScreenCapture screen)
    {
        int width = screen.Rows[0].Count * CellWidth + 2 * Margin;
        int height = screen.Rows.Count * CellHeight + 2 * Margin;
        var svg = new StringBuilder();
        Add(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14.95" xml:space="preserve">""");
        Add(svg, $"""<rect width="{width}" height="{height}" rx="8" fill="{Paper}"/>""");
        for (int row = 0; row < screen.Rows.Count; row++)
            DrawRow(svg, screen.Rows[row], row);
        svg.Append("</svg>\n");
        return svg.ToString();
    }

    // Runs of one colour. The width of the text is given, because the viewer's font may be a little wider or narrower.
    private static void DrawRow(StringBuilder svg, IReadOnlyList<Cell> cells, int row)
    {
        for (int start = 0, end; start < cells.Count; start = end)
        {
            end = start + 1;
            while (end < cells.Count && cells[end].Attribute == cells[start].Attribute)
                end++;
            var run = cells.Skip(start).Take(end - start);
            int x = Margin + start * CellWidth;
            int y = Margin + row * CellHeight;
            if (Background(cells[start]).A != 0)
                Add(svg, $"""<rect x="{x}" y="{y}" width="{(end - start) * CellWidth}" height="{CellHeight}" fill="{Name(Background(cells[start]), Paper)}"/>""");
            foreach (Match words in Words().Matches(ScreenCapture.TextOf(run)))
                Add(svg, $"""<text x="{x + words.Index * CellWidth}" y="{y + Baseline}" textLength="{words.Length * CellWidth}" lengthAdjust="spacingAndGlyphs" fill="{Name(Foreground(cells[start]), Ink)}">{SecurityElement.Escape(words.Value)}</text>""");
        }
    }

    /// <summary>Without wide gaps, which would add up the differences of fonts.</summary>
    [GeneratedRegex(@"\S+( \S+)*")]
    private static partial Regex Words();

    private static Color Foreground(Cell cell) => cell.Attribute?.Foreground ?? Color.None;

    private static Color Background(Cell cell) => cell.Attribute?.Background ?? Color.None;

    private static string Name(Color color, string terminals) => color.A == 0 ? terminals : string.Create(CultureInfo.InvariantCulture, $"#{color.R:x2}{color.G:x2}{color.B:x2}");

    private static void Add(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
