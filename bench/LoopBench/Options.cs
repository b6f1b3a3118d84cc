using System.Globalization;

namespace LoopBench;

/// <summary>The command line: a workload, then <c>--key value</c> pairs.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = [];

    internal Options(string[] args)
    {
        Workload = args.Length > 0 ? args[0] : "";
        for (int i = 1; i + 1 < args.Length; i += 2)
            _values[args[i].TrimStart('-')] = args[i + 1];
    }

    internal string Workload { get; }

    internal string Implementation => Text("impl", "");

    /// <summary>Whether the loop's threads go to CPU 0 and the threads that feed it to CPU 1.</summary>
    internal bool Pin => Number("pin", 0) != 0;

    internal string Text(string key, string otherwise) => _values.GetValueOrDefault(key, otherwise);

    internal int Number(string key, int otherwise) =>
        _values.TryGetValue(key, out string? value) ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
