using System.Globalization;
using System.Reactive.Linq;

namespace IOLoops.Samples;

/// <summary>From the scale's bytes to lines of the station. The same in all steps: it does not care who reads.</summary>
internal static class Weighing
{
    private const int PerAverage = 3;

    /// <summary>The lines in a stream of bytes, however it was cut.</summary>
    internal static IObservable<string> Lines(this IObservable<ReadOnlyMemory<byte>> reads) => Observable.Defer(() =>
    {
        var splitter = new LineSplitter();
        return reads.SelectMany(splitter.Split);
    });

    /// <summary>Tells the station each weight, and the average of every three.</summary>
    internal static IDisposable Weigh(this IObservable<ReadOnlyMemory<byte>> reads, Station station) =>
        reads.Lines()
            .Select(line => int.Parse(line, NumberStyles.None, CultureInfo.InvariantCulture))
            .Do(station.Weigh)
            .Buffer(PerAverage)
            .Subscribe(station.Average, station.EndScale, () => station.EndScale(null));
}
