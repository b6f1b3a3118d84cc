using IOLoops;

namespace LoopBench;

/// <summary>stalls: a callback blocks until it is reported; how long after the threshold that is.</summary>
internal sealed class StallWorkload : IDisposable
{
    private const int Pause = 37; // milliseconds; not a multiple of the steps in which loops are looked at

    private readonly ManualResetEventSlim _reported = new();
    private readonly RoundEnd _ended = new();
    private readonly long _threshold;
    private readonly long[] _late;
    private long _reportedAt;

    private StallWorkload(long threshold, int count)
    {
        _threshold = threshold;
        _late = new long[count];
    }

    internal static void Run(Options options)
    {
        int milliseconds = options.Number("threshold-ms", 50);
        int count = options.Number("count", 50);
        var loop = LoopFactory.Start(options);
        using var stalls = new StallWorkload(milliseconds * 1_000_000L, count);
        loop.SetBlockingSignalThreshold(TimeSpan.FromMilliseconds(milliseconds), _ => stalls.Report());
        long start = Measurement.Now;
        for (int i = 0; i < count; i++)
            stalls.Play(loop, i);
        new Result("stalls", options) { Operations = count, Seconds = Measurement.Seconds(start, Measurement.Now), Latencies = stalls._late }
            .With("threshold_ms", milliseconds).With("count", count).Print();
    }

    public void Dispose() => _reported.Dispose();

    private void Report()
    {
        _reportedAt = Measurement.Now;
        _reported.Set();
    }

    private void Play(IOLoop loop, int round)
    {
        _reported.Reset();
        _ended.Reset();
        Thread.Sleep(Pause * (round % 8)); // so that the watchdog sometimes sleeps, and sometimes does not
        loop.AddCallback(() =>
        {
            long began = Measurement.Now;
#pragma warning disable IOL0001 // A stall is what is measured.
            _reported.Wait();
#pragma warning restore IOL0001
            _late[round] = _reportedAt - began - _threshold;
            _ended.Reach();
        });
        _ended.Wait();
    }
}
