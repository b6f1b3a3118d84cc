using System.Globalization;
using System.Text;
using Terminal.Gui.App;
using Terminal.Gui.Drawing;
using Terminal.Gui.ViewBase;
using Attribute = Terminal.Gui.Drawing.Attribute;

namespace IOLoops.Samples;

/// <summary>Shows the last lines of a buffer that pass the filter.</summary>
internal sealed class LinesView : View
{
    /// <summary>Begins a line that is not the command's but this program's.</summary>
    internal const char RemarkSign = '●';

    private readonly LineBuffer _lines;
    private readonly string _name;
    private List<string> _shown = [];
    private string _filter = "";
    private int _scrolled;
    private bool _isStale = true;

    internal LinesView(string name, LineBuffer lines, IApplication app)
    {
        _name = name;
        _lines = lines;
        BorderStyle = LineStyle.Rounded;
        HotKeySpecifier = (Rune)0xFFFF; // none: an underscore in the title is one
        _lines.Changed += () => _isStale = true;
        FrameChanged += (_, _) => _isStale = true;
        app.Iteration += (_, _) => Update();
    }

    /// <summary>Only lines that contain it are shown.</summary>
    internal string Filter
    {
        get => _filter;
        set
        {
            _filter = value;
            _scrolled = 0;
            _isStale = true;
        }
    }

    /// <summary>How many characters of a line are drawn in a colour.</summary>
    internal Func<string, int> LengthOfHead { get; init; } = _ => 0;

    /// <param name="pages">Back, when negative.</param>
    internal void Scroll(int pages)
    {
        _scrolled = Math.Max(0, _scrolled - pages * Math.Max(1, Viewport.Height - 1));
        _isStale = true;
    }

    protected override bool OnDrawingContent(DrawContext? context)
    {
        for (int row = 0; row < Math.Min(_shown.Count, Viewport.Height); row++)
            Draw(_shown[row], row);
        return true;
    }

    // Once per iteration of the main loop, however many lines have come.
    private void Update()
    {
        if (!_isStale)
            return;
        _isStale = false;
        var matching = _lines.Matching(_filter).ToList();
        _scrolled = Math.Clamp(_scrolled, 0, Math.Max(0, matching.Count - Viewport.Height));
        _shown = [.. matching.Take(matching.Count - _scrolled).TakeLast(Viewport.Height)];
        Title = Heading(matching.Count);
        SetNeedsDraw();
    }

    private void Draw(string line, int row)
    {
        var normal = GetAttributeForRole(VisualRole.Normal);
        bool isRemark = line.StartsWith(RemarkSign);
        int head = isRemark ? line.Length : Math.Min(LengthOfHead(line), line.Length);
        Move(0, row);
        SetAttribute(new Attribute(new Color(isRemark ? StandardColor.LightGreen : StandardColor.SkyBlue), normal.Background));
        AddStr(line[..head]);
        SetAttribute(normal);
        AddStr(line[head..]);
    }

    private string Heading(int matching)
    {
        string filtered = _filter.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $", {matching:N0} with '{_filter}'") : "";
        string scrolled = _scrolled > 0 ? string.Create(CultureInfo.InvariantCulture, $", {_scrolled:N0} below") : "";
        string lines = _lines.Total == 1 ? "line" : "lines";
        return string.Create(CultureInfo.InvariantCulture, $"{_name}: {_lines.Total:N0} {lines}{filtered}{scrolled}");
    }
}
