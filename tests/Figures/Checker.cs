using System.Globalization;

namespace Figures;

/// <summary>Compares what was counted with what must be.</summary>
internal sealed class Checker(Trace trace)
{
    private int _passed;
    private int _failed;

    /// <param name="trace">What strace has written.</param>
    /// <param name="expected">The file of figures.</param>
    /// <param name="kinds">Which kinds of loops the trace has; none: all.</param>
    /// <returns>The exit code.</returns>
    internal static int Run(string trace, string expected, string[] kinds)
    {
        var checker = new Checker(new Trace(trace));
        checker.Check([.. Expectation.Read(expected).Where(line => kinds.Length == 0 || kinds.Contains(line.Key.Kind))]);
        Console.WriteLine($"{checker._passed} figures as expected, {checker._failed} not");
        return checker._failed == 0 && checker._passed > 0 ? 0 : 1;
    }

    private void Check(Expectation[] expectations)
    {
        foreach (var expectation in expectations)
            Report(expectation.Key, Fault(expectation));
        foreach (var key in trace.Samples.Keys.Except(expectations.Select(one => one.Key)))
            Report(key, $"not expected; {Describe(key)}");
    }

    private void Report(FigureKey key, string? fault)
    {
        if (fault is null)
            _passed++;
        else
            _failed++;
        Console.WriteLine(fault is null ? $"ok    {key}: {Describe(key)}" : $"FAIL  {key}: {fault}");
    }

    private string? Fault(Expectation expectation)
    {
        if (!trace.Samples.TryGetValue(expectation.Key, out var samples))
            return "not measured";
        var each = Calls.Parse(expectation.Calls);
        foreach (var sample in samples)
        {
            if (!sample.Calls.Are(each, sample.Operations))
                return $"{sample.Calls.Per(sample.Operations)}; expected: {expectation.Calls}";
        }
        // In the best sample: what an operation does, it does in each of them.
        if (!expectation.HasHost && samples.Min(sample => sample.Calls.OfRuntime) is var locks and > 0)
            return $"at least {locks} calls for locks or memory in each sample; expected: none";
        return expectation.Bytes is { } bytes && trace.Bytes(expectation.Key) is var measured && measured != bytes
            ? string.Create(CultureInfo.InvariantCulture, $"{measured:0.##} bytes; expected: {bytes}")
            : null;
    }

    private string Describe(FigureKey key)
    {
        string calls = trace.Samples[key][0].Calls.Per(trace.Samples[key][0].Operations);
        return trace.Bytes(key) is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{calls}; {bytes:0.##} bytes") : calls;
    }
}
