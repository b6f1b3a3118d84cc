using System.Globalization;
using System.Text.RegularExpressions;

namespace Figures;

/// <summary>Reads what strace has written. A call counts where it begins: a thread that is asleep at a mark has begun to wait before it.</summary>
internal sealed partial class Trace
{
    private readonly Dictionary<FigureKey, Sample> _open = [];
    private readonly Dictionary<FigureKey, List<Sample>> _samples = [];
    private readonly Dictionary<FigureKey, double> _bytes = [];

    internal Trace(string file)
    {
        foreach (string line in File.ReadLines(file))
        {
            var call = Call().Match(line);
            if (!call.Success)
                continue;
            if (call.Groups["mark"].Success)
                TakeMark(call.Groups["mark"].Value.Split('|'));
            else
                TakeCall(int.Parse(call.Groups["thread"].Value, CultureInfo.InvariantCulture), call.Groups["name"].Value);
        }
        if (_open.Count > 0)
            throw new InvalidDataException($"A sample has no end: {_open.Keys.First()}");
    }

    internal IReadOnlyDictionary<FigureKey, List<Sample>> Samples => _samples;

    /// <summary>Of the best batch, per operation: what an operation allocates, it allocates in every batch.</summary>
    internal double? Bytes(FigureKey key) => _bytes.TryGetValue(key, out double bytes) ? bytes : null;

    private void TakeCall(int thread, string name)
    {
        foreach (var sample in _open.Values)
        {
            if (sample.Thread == thread)
                sample.Calls.Add(name);
        }
    }

    private void TakeMark(string[] mark)
    {
        var key = new FigureKey(mark[1], mark[2], mark[3]);
        int number = int.Parse(mark[4], CultureInfo.InvariantCulture);
        switch (mark[0])
        {
            case "B":
                _open.Add(key, new Sample(number));
                break;
            case "E":
                _open.Remove(key, out var sample);
                sample!.Operations = number;
                if (mark.Length > 5)
                    sample.Calls.Add(mark[5], -1); // the mark says that it belongs to no operation
                if (!_samples.TryGetValue(key, out var samples))
                    _samples[key] = samples = [];
                samples.Add(sample);
                break;
            case "A":
                double each = number / double.Parse(mark[5], CultureInfo.InvariantCulture);
                _bytes[key] = Math.Min(each, _bytes.GetValueOrDefault(key, double.MaxValue));
                break;
            default:
                throw new InvalidDataException($"An unknown mark: {mark[0]}");
        }
    }

    [GeneratedRegex("""^(?<thread>\d+) +(?<name>\w+)\((-1, "(?<mark>[BEA]\|[^"]*)")?""")]
    private static partial Regex Call();
}
