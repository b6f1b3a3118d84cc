using System.Globalization;
using IOLoops;

namespace LoopBench;

/// <summary>
/// rest: what things cost that do nothing: bytes, and microseconds to make and to end one. As many as asked for, as the limit of open files
/// allows, or as can be made in the time.
/// </summary>
internal static class RestWorkload
{
    private const int PerLook = 64; // at the clock

    private static readonly Dictionary<string, (int Count, Func<RestSubject> Create)> Subjects = new()
    {
        ["loop"] = (10_000, static () => new LoopsAtRest()),
        ["loop-thread"] = (200, static () => new LoopThreadsAtRest()),
        ["descriptor"] = (1_000_000, static () => new DescriptorsAtRest()),
        ["timeout"] = (1_000_000, static () => new TimeoutsAtRest()),
        ["hosted"] = (10_000, static () => new HostedLoopsAtRest()),
        ["stream"] = (100_000, static () => new StreamsAtRest(isReading: false)),
        ["stream-reading"] = (100_000, static () => new StreamsAtRest(isReading: true)),
        ["dotnet-timer"] = (1_000_000, static () => new TimersAtRest()),
        ["dotnet-reading"] = (100_000, static () => new SocketsAtRest()),
    };

    internal static void Run(Options options)
    {
        if (OperatingSystem.IsWindows())
            throw new NotAnsweredException("rest needs eventfds and Unix sockets.");
        string what = options.Text("what", "all");
        if (what != "all" && !Subjects.ContainsKey(what))
            throw new NotAnsweredException($"There is no --what {what}. Use all, or one of: {string.Join(", ", Subjects.Keys)}.");
        int seconds = options.Number("max-seconds", 20); // to make the things of one kind; ending them takes about as long
        EchoServer.KillAfter(TimeSpan.FromSeconds((30 + (seconds * 4)) * (what == "all" ? Subjects.Count : 1)));
        Descriptors.RaiseLimit();
        foreach (var (name, (count, create)) in Subjects)
        {
            if (what == "all" || what == name)
                Measure(options, name, create, options.Number("count", count), seconds);
        }
    }

    private static void Measure(Options options, string name, Func<RestSubject> create, int count, int seconds)
    {
        using (var warm = create())
        {
            int few = warm.Prepare(PerLook);
            warm.Run(() => Make(warm, few, long.MaxValue));
            warm.Run(warm.End);
        }
        using var subject = create();
        int possible = subject.Prepare(count);
        Measurement.Settle();
        long managed = GC.GetTotalMemory(forceFullCollection: true);
        long resident = Environment.WorkingSet;
        long start = Measurement.Now;
        int made = 0;
        subject.Run(() => made = Make(subject, possible, start + (seconds * 1_000_000_000L)));
        double making = Measurement.Seconds(start, Measurement.Now);
        Measurement.Settle();
        managed = GC.GetTotalMemory(forceFullCollection: true) - managed;
        resident = Environment.WorkingSet - resident;
        start = Measurement.Now;
        subject.Run(subject.End);
        double ending = Measurement.Seconds(start, Measurement.Now);
        int each = Math.Max(1, made);
        new Result("rest", options) { Operations = made, Seconds = making }
            .With("what", name).With("wanted", count)
            .With("managed_bytes_each", Text(managed / (double)each)).With("resident_bytes_each", Text(resident / (double)each))
            .With("make_us_each", Text(making * 1e6 / each)).With("end_us_each", Text(ending * 1e6 / each)).Print();
    }

    /// <returns>How many were made.</returns>
    private static int Make(RestSubject subject, int count, long deadline)
    {
        for (int i = 0; i < count; i++)
        {
            if (i % PerLook == 0 && Measurement.Now > deadline)
                return i;
            subject.Make(i);
        }
        return count;
    }

    private static string Text(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
