using System.Globalization;

namespace IOLoops.Samples;

/// <summary>What the demonstration prints.</summary>
internal static class Report
{
    internal static void PrintPlan(Options options) => Print(
        $"{options.Clients} TCP clients on 127.0.0.1, each sends {EchoClient.MessageSize} bytes, checks the echo, and again; {options.Seconds} s per loop");

    internal static void PrintProgress(string loop, TimeSpan elapsed, double rate) => Print(
        $"  {loop,-5}{elapsed.TotalSeconds,4:F0} s {rate,12:N0} round trips/s");

    internal static void PrintTable(IReadOnlyList<TrialResult> results)
    {
        int width = Math.Max(16, results.Max(result => result.Thread.Length));
        string thread = "handlers ran on".PadRight(width);
        Print($"");
        Print($"loop  {thread}  {"round trips",12}  {"per second",11}  {"p50 (us)",9}  {"p99 (us)",9}");
        foreach (var result in results)
        {
            string name = result.Thread.PadRight(width);
            double p50 = result.Latencies.Percentile(0.50).TotalMicroseconds;
            double p99 = result.Latencies.Percentile(0.99).TotalMicroseconds;
            Print($"{result.Loop,-5} {name}  {result.RoundTrips,12:N0}  {result.RoundTripsPerSecond,11:N0}  {p50,9:N0}  {p99,9:N0}");
        }
    }

    internal static void PrintLoops(IReadOnlyList<LoopResult> results)
    {
        int width = Math.Max(16, results.Max(result => result.Served.Threads.Length));
        string thread = "handlers ran on".PadRight(width);
        Print($"");
        Print($"{"loop",-8} {thread}  {"connections",12}  {"messages",12}  {"bytes",14}");
        foreach (var (loop, served) in results)
            Print($"{loop,-8} {served.Threads.PadRight(width)}  {served.Connections,12:N0}  {served.Messages,12:N0}  {served.Bytes,14:N0}");
        Print($"{"all",-8} {new string(' ', width)}  {results.Sum(result => result.Served.Connections),12:N0}  {results.Sum(result => result.Served.Messages),12:N0}  {results.Sum(result => result.Served.Bytes),14:N0}");
    }

    private static void Print(FormattableString line)
    {
        Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));
        Console.Out.Flush();
    }
}
