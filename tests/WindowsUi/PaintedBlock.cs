using System.Windows;
using System.Windows.Media;

namespace IOLoops.WindowsUi;

/// <summary>In the place of a label: it counts how often it is drawn.</summary>
internal sealed class PaintedBlock : FrameworkElement
{
    internal int Paints { get; private set; }

    protected override void OnRender(DrawingContext drawingContext)
    {
        ArgumentNullException.ThrowIfNull(drawingContext);
        Paints++;
        drawingContext.DrawRectangle(Brushes.SeaGreen, null, new Rect(RenderSize));
    }
}
