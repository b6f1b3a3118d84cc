using System.Text;
using System.Text.Json;

namespace LoopBench;

/// <summary>A result: one line of JSON on standard output.</summary>
internal sealed class Result(string bench, Options options)
{
    private readonly List<(string Key, object Value)> _parameters = [];

    internal long Operations { get; init; }

    internal double Seconds { get; init; }

    /// <summary>Nanoseconds of each operation, in any order.</summary>
    internal ReadOnlyMemory<long> Latencies { get; init; }

    /// <summary>What all operations together allocated; null: not measured.</summary>
    internal long? AllocatedBytes { get; init; }

    internal int EarlyFires { get; init; }

    internal Result With(string parameter, object value)
    {
        _parameters.Add((parameter, value));
        return this;
    }

    internal void Print()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            Write(json);
        Console.Out.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
        Console.Out.Flush();
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("bench", bench);
        json.WriteString("impl", options.Implementation);
        WriteParameters(json);
        json.WriteNumber("ops", Operations);
        json.WriteNumber("seconds", Math.Round(Seconds, 6));
        json.WriteNumber("ops_per_s", Seconds > 0 ? Math.Round(Operations / Seconds, 1) : 0);
        if (Latencies.Length > 0)
            WriteLatencies(json);
        if (AllocatedBytes is { } bytes)
            json.WriteNumber("alloc_bytes_per_op", Math.Round(bytes / (double)Math.Max(1, Operations), 2));
        if (EarlyFires > 0)
            json.WriteNumber("early_fires", EarlyFires);
        json.WriteEndObject();
    }

    private void WriteParameters(Utf8JsonWriter json)
    {
        json.WriteStartObject("params");
        if (options.Text(LoopFactory.PollerOption, "") is { Length: > 0 } poller)
            json.WriteString(LoopFactory.PollerOption, poller);
        foreach (var (key, value) in _parameters)
        {
            if (value is int number)
                json.WriteNumber(key, number);
            else
                json.WriteString(key, (string)value);
        }
        json.WriteEndObject();
    }

    private void WriteLatencies(Utf8JsonWriter json)
    {
        long[] sorted = Latencies.ToArray();
        Array.Sort(sorted);
        double At(double quantile) => Math.Round(sorted[Math.Min((int)(quantile * sorted.Length), sorted.Length - 1)] / 1000.0, 2);
        json.WriteNumber("samples", sorted.Length);
        json.WriteNumber("p50_us", At(.5));
        json.WriteNumber("p99_us", At(.99));
        json.WriteNumber("p999_us", At(.999));
        json.WriteNumber("max_us", At(1));
        json.WriteNumber("min_us", At(0));
    }
}
