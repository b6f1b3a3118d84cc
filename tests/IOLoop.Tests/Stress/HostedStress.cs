using System.Diagnostics;
using IOLoops.Conformance;
using IOLoops.Tests.Hosting;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Stress;

/// <summary>Loops in hosts that are slow, late, or gone, while other threads do what they can.</summary>
[Collection(nameof(Alone))]
public abstract class HostedStress(PollerKind poller)
{
    private const int Posters = 4;
    private const int Loops = 3;

    private static readonly TimeSpan Span = TimeSpan.FromSeconds(5);

    private readonly int _sleepers = SleeperThreads.CountOfOthers();
    private readonly int _seed = Random.Shared.Next();

    [Fact]
    public void Nothing_is_lost_in_a_host_that_is_slow_and_late()
    {
        using var host = new UnsteadyHost(_seed);
        Rounds((round, random) => RunToQuiet(() => new StressedLoop(host, poller, () => host.IsOnHostThread), random, $"round {round}, seed {_seed}"));
    }

    [Fact]
    public void Nothing_is_lost_in_a_host_without_a_thread()
    {
        var host = new PoolHost();
        Rounds((round, random) => RunToQuiet(() => new StressedLoop(host, poller), random, $"round {round}, seed {_seed}"));
    }

    [Fact]
    public void Whatever_was_accepted_by_a_loop_whose_host_ends_ran_or_is_reported() => Rounds((round, random) =>
    {
        string context = $"round {round}, seed {_seed}";
        using var host = new UnsteadyHost(random.Next());
        var loops = Enumerable.Range(0, Loops).Select(_ => new StressedLoop(host, poller, () => host.IsOnHostThread)).ToList();
        loops.ForEach(loop => loop.Loop.Attach());
        var waiting = Enumerable.Range(0, 1).Select(_ => new StressedLoop(host, poller, () => host.IsOnHostThread)).ToList();
        var starts = waiting.ConvertAll(loop => Task.Factory.StartNew(() => Record.Exception(loop.Loop.Start), TaskCreationOptions.LongRunning));
        loops.AddRange(waiting);
        var (threads, over) = Disturb(loops, random, removes: false);
        var removals = loops.Select(loop => Task.Run(() => loop.Replace(0))).ToList();
        AwaitPosts(loops, random);
        if (random.Next(2) == 0)
            loops[0].Loop.TryAddCallback(host.End); // in the middle of a turn
        else
            host.End();
        AwaitPosts(loops, random);
        over.Cancel();
        LoopThread.JoinAll(threads);
        host.Dispose();
        foreach (var loop in loops)
            loop.StopAndWait(context);
        foreach (var start in starts)
        {
            start.Wait(LoopThread.Patience).ShouldBeTrue($"a start did not end; {context}");
            (start.Result is null or InvalidOperationException).ShouldBeTrue($"{start.Result}; {context}");
        }
        loops.ForEach(loop => loop.Close(context));
        Task.WhenAll(removals).ContinueWith(_ => { }, TaskScheduler.Default).Wait(LoopThread.Patience)
            .ShouldBeTrue($"a removal never ended; {context}");
        loops.ForEach(loop => loop.Dispose());
    });

    [Fact]
    public void Loops_stopped_and_attached_again_while_the_sleeper_fires_lose_no_wake_up() => Rounds((round, random) =>
    {
        string context = $"round {round}, seed {_seed}";
        using var host = new UnsteadyHost(random.Next());
        var loops = Enumerable.Range(0, Loops).Select(_ => new StressedLoop(host, poller, () => host.IsOnHostThread)).ToList();
        var (threads, over) = Disturb(loops, random, removes: false);
        for (int cycle = 0; cycle < 30; cycle++)
        {
            foreach (var loop in loops)
                loop.Loop.Attach();
            Thread.SpinWait(random.Next(20_000));
            foreach (var loop in loops)
                loop.StopAndWait(context);
        }
        over.Cancel();
        LoopThread.JoinAll(threads);
        loops.ForEach(loop => loop.Loop.Attach());
        ShouldFallQuiet(loops, context);
        End(loops, context);
    });

    private static void RunToQuiet(Func<StressedLoop> create, Random random, string context)
    {
        var loops = Enumerable.Range(0, Loops).Select(_ => create()).ToList();
        loops.ForEach(loop => loop.Loop.Attach());
        var (threads, over) = Disturb(loops, random, removes: true);
        AwaitPosts(loops, random);
        AwaitPosts(loops, random);
        over.Cancel();
        LoopThread.JoinAll(threads);
        ShouldFallQuiet(loops, context);
        End(loops, context);
    }

    private static void ShouldFallQuiet(List<StressedLoop> loops, string context) =>
        SpinWait.SpinUntil(() => loops.TrueForAll(loop => loop.IsQuiet), LoopThread.Patience)
            .ShouldBeTrue($"a wake-up was lost: {string.Join("; ", loops.Select(loop => loop.State))}; {context}");

    private static void End(List<StressedLoop> loops, string context)
    {
        foreach (var loop in loops)
        {
            loop.StopAndWait(context);
            loop.Close(context);
            loop.Dispose();
        }
    }

    /// <summary>Threads that post, write and remove until the test ends them.</summary>
    private static (List<Thread> Threads, CancellationTokenSource Over) Disturb(List<StressedLoop> loops, Random random, bool removes)
    {
        var over = new CancellationTokenSource();
        var bodies = new List<Action<Random>>();
        for (int i = 0; i < Posters; i++)
            bodies.Add(own => loops[own.Next(loops.Count)].Post(own));
        bodies.Add(own => loops[own.Next(loops.Count)].Write(own));
        if (removes)
        {
            bodies.Add(own => loops[own.Next(loops.Count)].Replace(own.Next(StressedLoop.Pipes)).Wait(LoopThread.Patience)
                .ShouldBeTrue("a removal has not ended"));
        }
        var threads = bodies.ConvertAll(body =>
        {
            var own = new Random(random.Next());
            var thread = new Thread(() =>
            {
                while (!over.IsCancellationRequested)
                {
                    body(own);
                    Thread.SpinWait(own.Next(2000)); // lets loops fall asleep
                }
            })
            { IsBackground = true };
            thread.Start();
            return thread;
        });
        return (threads, over);
    }

    /// <summary>Lets the posters go on until some more callbacks were accepted.</summary>
    private static void AwaitPosts(List<StressedLoop> loops, Random random)
    {
        long enough = loops.Sum(loop => loop.Accepted) + random.Next(100, 2000);
        Bounded.Until(() => loops.Sum(loop => loop.Accepted) >= enough, "the posters have continued");
    }

    private void Rounds(Action<int, Random> round)
    {
        var random = new Random(_seed);
        var clock = Stopwatch.StartNew();
        round(0, random); // what the first one makes for good is not counted
        int open = OpenFiles();
        for (int i = 1; clock.Elapsed < Span; i++)
            round(i, random);
        SpinWait.SpinUntil(() => SleeperThreads.Count == _sleepers && OpenFiles() <= open, LoopThread.Patience)
            .ShouldBeTrue($"left over: {SleeperThreads.Count - _sleepers} sleepers, {OpenFiles() - open} descriptors; seed {_seed}");
    }

    private static int OpenFiles() => Directory.GetFiles("/proc/self/fd").Length;
}
