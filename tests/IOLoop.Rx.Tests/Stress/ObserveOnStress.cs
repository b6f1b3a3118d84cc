using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using IOLoops.Conformance;
using IOLoops.Rx.Tests.Loops;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests.Stress;

/// <summary>Several threads notify at once, while a loop falls asleep again and again.</summary>
[Collection(nameof(Alone))]
public sealed class ObserveOnStress
{
    private const int MostProducers = 3;
    private const int Each = 100;

    private readonly int _seed = Random.Shared.Next();

    [Theory]
    [InlineData(PollerKind.Epoll)]
    [InlineData(PollerKind.Poll)]
    public void No_notification_is_lost_or_overtaken_on_native_loops(PollerKind poller)
    {
        using var loop = new PollIOLoop(new PollIOLoopOptions { Poller = poller });
        var run = loop.RunAsync();
        PlayRounds(loop);
        loop.Stop();
        Bounded.Await(run, "the end of the run");
    }

    [Fact]
    public void No_notification_is_lost_or_overtaken_on_a_loop_on_Rx()
    {
        using var scheduler = new EventLoopScheduler();
        using var loop = RxIOLoop.Attach(scheduler);
        PlayRounds(loop);
        Bounded.Await(loop.StopAsync(TestContext.Current.CancellationToken), "the end of the run");
    }

    [Fact]
    public void No_notification_begins_after_Dispose_and_what_the_loop_was_doing_then()
    {
        using var loop = new PollIOLoop();
        var run = loop.RunAsync();
        var random = new Random(_seed);
        foreach (int round in Bounded.Rounds(2_000))
        {
            using var source = new Subject<int>();
            bool isOver = false;
            bool isLate = false;
            var subscription = source.ObserveOn(loop).Subscribe(_ => isLate |= Volatile.Read(ref isOver));
            int before = random.Next(200);
            var producer = OtherThread.Start(() =>
            {
                for (int i = 0; i < 200; i++)
                {
                    if (i == before)
                        subscription.Dispose();
                    source.OnNext(i);
                }
            });
            Thread.SpinWait(random.Next(2_000));
            subscription.Dispose();
            Bounded.Await(loop.InvokeAsync(() => Volatile.Write(ref isOver, true), TestContext.Current.CancellationToken), "the loop");
            producer.Join();
            Bounded.Await(loop.InvokeAsync(() => { }, TestContext.Current.CancellationToken), "the loop");
            isLate.ShouldBeFalse($"round {round}, seed {_seed}");
            source.HasObservers.ShouldBeFalse();
        }
        loop.Stop();
        Bounded.Await(run, "the end of the run");
    }

    private void PlayRounds(IOLoop loop)
    {
        var random = new Random(_seed);
        foreach (int round in Bounded.Rounds(500))
            Play(loop, random, $"round {round}, seed {_seed}");
    }

    private static void Play(IOLoop loop, Random random, string context)
    {
        using var source = new Subject<(int Producer, int Number)>();
        using var ended = new ManualResetEventSlim();
        int[] arrived = new int[random.Next(MostProducers) + 1];
        bool isOvertaken = false;
        using var subscription = source.ObserveOn(loop).Subscribe(
            value =>
            {
                isOvertaken |= arrived[value.Producer] != value.Number;
                Volatile.Write(ref arrived[value.Producer], value.Number + 1);
            },
            ended.Set);
        var producers = arrived.Select((_, producer) =>
        {
            var own = new Random(random.Next());
            return OtherThread.Start(() => Produce(source, producer, own, count => Bounded.Until(
                () => Volatile.Read(ref arrived[producer]) == count, $"{count} had arrived; {context}")));
        }).ToList();
        producers.ForEach(producer => producer.Join());
        source.OnCompleted();
        Bounded.Await(ended, $"the end; {context}");
        isOvertaken.ShouldBeFalse(context);
    }

    /// <summary>Waits for a few to arrive before it continues: what comes later would wake a loop that has overslept.</summary>
    private static void Produce(Subject<(int Producer, int Number)> source, int producer, Random random, Action<int> awaitArrival)
    {
        for (int sent = 0; sent < Each;)
        {
            for (int left = random.Next(1, 5); left > 0; left--)
            {
                source.OnNext((producer, sent++));
                Thread.SpinWait(random.Next(200));
            }
            awaitArrival(sent);
        }
    }
}
