using System.Diagnostics;
using System.Reactive.Concurrency;
using IOLoops.Conformance;
using IOLoops.Rx.Tests.Loops;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests.Stress;

/// <summary>Loops on schedulers while other threads post and write, and while a scheduler is disposed under them.</summary>
[Collection(nameof(Alone))]
public sealed class SchedulerStress
{
    private const int Posters = 4;
    private const int Loops = 3;

    private static readonly TimeSpan Span = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly int _seed = Random.Shared.Next();

    [Fact]
    public void Nothing_is_lost_on_event_loop_schedulers() => Rounds((random, context) =>
    {
        using var scheduler = new EventLoopScheduler();
        RunToQuiet(scheduler, random, context);
    });

    [Fact]
    public void Nothing_is_lost_on_the_task_pool() =>
        Rounds((random, context) => RunToQuiet(TaskPoolScheduler.Default, random, context));

    [Fact]
    public void Nothing_is_lost_on_new_threads() =>
        Rounds((random, context) => RunToQuiet(NewThreadScheduler.Default, random, context));

    [Fact]
    public void Nothing_is_lost_on_a_loop_s_scheduler() => Rounds((random, context) =>
    {
        using var threads = new LoopThreads();
        RunToQuiet(threads.Start().AsScheduler(), random, context);
    });

    [Fact]
    public void Whatever_was_accepted_by_loops_whose_scheduler_is_disposed_ran_or_is_reported() => Rounds((random, context) =>
    {
        using var scheduler = new EventLoopScheduler();
        var loops = Enumerable.Range(0, Loops).Select(_ => new AccountedLoop<RxIOLoop>(options => new RxIOLoop(scheduler, options))).ToList();
        var start = Task.Factory.StartNew(() => Record.Exception(loops[0].Loop.Start), TaskCreationOptions.LongRunning);
        loops.Skip(1).ToList().ForEach(loop => loop.Loop.Attach());
        var (threads, over) = Disturb(loops, random);
        AwaitPosts(loops, random.Next(100, 2000), context);
        if (random.Next(2) == 0)
            loops[1].RunInTurn(scheduler.Dispose); // in the middle of a turn
        else
            scheduler.Dispose();
        AwaitPosts(loops, random.Next(50, 500), context);
        over.Cancel();
        Join(threads, context);
        scheduler.Dispose();
        loops.ForEach(loop => loop.Loop.Stop());
        start.Wait(Patience).ShouldBeTrue($"the start did not end; {context}");
        (start.Result is null or InvalidOperationException).ShouldBeTrue($"{start.Result}; {context}");
        Close(loops, context);
    });

    private static void RunToQuiet(IScheduler scheduler, Random random, string context)
    {
        var loops = Enumerable.Range(0, Loops).Select(_ => new AccountedLoop<RxIOLoop>(options => new RxIOLoop(scheduler, options))).ToList();
        loops.ForEach(loop => loop.Loop.Attach());
        var (threads, over) = Disturb(loops, random);
        AwaitPosts(loops, random.Next(500, 4000), context);
        over.Cancel();
        Join(threads, context);
        SpinWait.SpinUntil(() => loops.TrueForAll(loop => loop.IsQuiet), Patience)
            .ShouldBeTrue($"a wake-up was lost: {string.Join("; ", loops.Select(loop => loop.State))}; {context}");
        Close(loops, context);
    }

    /// <summary>Lets the posters go on until so many more callbacks were accepted.</summary>
    private static void AwaitPosts(List<AccountedLoop<RxIOLoop>> loops, int count, string context)
    {
        long enough = loops.Sum(loop => loop.Accepted) + count;
        SpinWait.SpinUntil(() => loops.Sum(loop => loop.Accepted) >= enough, Patience).ShouldBeTrue($"posters are stuck; {context}");
    }

    private static void Close(List<AccountedLoop<RxIOLoop>> loops, string context)
    {
        foreach (var loop in loops)
        {
            loop.StopAndClose(context);
            loop.Dispose();
        }
    }

    private static (List<Thread> Threads, CancellationTokenSource Over) Disturb(List<AccountedLoop<RxIOLoop>> loops, Random random)
    {
        var over = new CancellationTokenSource();
        var threads = Enumerable.Range(0, Posters + 1).Select(number =>
        {
            var own = new Random(random.Next());
            var thread = new Thread(() =>
            {
                while (!over.IsCancellationRequested)
                {
                    var loop = loops[own.Next(loops.Count)];
                    if (number == 0)
                        loop.Write();
                    else
                        loop.Post(own);
                    Thread.SpinWait(own.Next(2000)); // lets loops fall asleep
                }
            })
            { IsBackground = true };
            thread.Start();
            return thread;
        }).ToList();
        return (threads, over);
    }

    private static void Join(List<Thread> threads, string context) =>
        threads.ForEach(thread => thread.Join(Patience).ShouldBeTrue($"a thread is stuck; {context}"));

    private void Rounds(Action<Random, string> round)
    {
        var random = new Random(_seed);
        var clock = Stopwatch.StartNew();
        round(random, $"round 0, seed {_seed}"); // what the first one makes for good is not counted
        int open = OpenFiles();
        for (int i = 1; clock.Elapsed < Span; i++)
            round(random, $"round {i}, seed {_seed}");
        SpinWait.SpinUntil(() => OpenFiles() <= open, Patience)
            .ShouldBeTrue($"left open: {OpenFiles() - open} descriptors; seed {_seed}");
    }

    private static int OpenFiles() => Directory.GetFiles("/proc/self/fd").Length;
}
