using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using IOLoops;
using IOLoops.Rx;

namespace LoopBench;

/// <summary>
/// observe: a burst of notifications of another thread through <c>ObserveOn</c>: of the loop, of the loop's scheduler and of an
/// EventLoopScheduler, in turn, in one run.
/// </summary>
internal static class ObserveWorkload
{
    private static readonly RoundEnd Ended = new();
    private static int s_left;

    internal static void Run(Options options)
    {
        int count = options.Number("count", 1_000_000);
        int rounds = options.Number("rounds", 5);
        var loop = LoopFactory.Start(options);
        using var other = new EventLoopScheduler();
        (string Name, Func<IObservable<int>, IObservable<int>> ObserveOn)[] ways =
        [
            ("observe.loop", source => source.ObserveOn(loop)),
            ("observe.scheduler", source => source.ObserveOn(loop.AsScheduler())),
            ("observe.eventloop", source => source.ObserveOn(other)),
        ];
        var bursts = ways.Select(way => new List<(double Seconds, long Allocated)>()).ToList();
        for (int round = -1; round < rounds; round++)
        {
            for (int i = 0; i < ways.Length; i++)
            {
                Measurement.Settle();
                var burst = Burst(ways[i].ObserveOn, round < 0 ? count / 10 : count);
                if (round >= 0)
                    bursts[i].Add(burst);
            }
        }
        var medians = bursts.ConvertAll(static burst => burst.OrderBy(static one => one.Seconds).ElementAt(burst.Count / 2));
        for (int i = 0; i < ways.Length; i++)
        {
            new Result(ways[i].Name, options) { Operations = count, Seconds = medians[i].Seconds, AllocatedBytes = medians[i].Allocated }
                .With("count", count).With("rounds", rounds).With("times_eventloop", $"{medians[^1].Seconds / medians[i].Seconds:0.00}").Print();
        }
    }

    /// <summary>From the first notification until the last has arrived.</summary>
    private static (double Seconds, long Allocated) Burst(Func<IObservable<int>, IObservable<int>> observeOn, int count)
    {
        s_left = count;
        Ended.Reset();
        using var source = new Subject<int>();
        using var subscription = observeOn(source).Subscribe(static _ =>
        {
            if (--s_left == 0)
                Ended.Reach();
        });
        long before = Measurement.Allocated;
        long start = Measurement.Now;
        for (int i = 0; i < count; i++)
            source.OnNext(i);
        Ended.Wait();
        return (Measurement.Seconds(start, Ended.Time), Measurement.Allocated - before);
    }
}
