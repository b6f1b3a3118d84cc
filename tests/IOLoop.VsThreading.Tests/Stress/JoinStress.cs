using System.Diagnostics;
using IOLoops.Conformance;
using IOLoops.VsThreading.Tests.Loops;
using Microsoft.VisualStudio.Threading;
using Shouldly;
using Xunit;

namespace IOLoops.VsThreading.Tests.Stress;

/// <summary>Loops on a main thread that is blocked now and then, joined or not, while other threads post and write.</summary>
[Collection(nameof(Alone))]
public sealed class JoinStress
{
    private const int Loops = 3;
    private const int Posters = 3;

    private static readonly TimeSpan Span = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly int _seed = Random.Shared.Next();

    [Fact]
    public void Nothing_is_lost_while_the_main_thread_is_blocked_now_and_then() => Rounds((main, loops, random, context) =>
    {
        loops.ForEach(loop => loop.Loop.Attach());
        Disturbed(loops, random, () =>
        {
            for (int i = 0; i < 50; i++)
                OnMain(main, context, () => Block(main, loops, random, depth: 3));
        });
        ShouldFallQuiet(loops, context);
        loops.ForEach(loop => loop.StopAndClose(context));
    });

    [Fact]
    public void Loops_stopped_and_attached_again_lose_no_wake_up() => Rounds((main, loops, random, context) =>
    {
        Disturbed(loops, random, () =>
        {
            for (int cycle = 0; cycle < 30; cycle++)
            {
                // On the main thread and elsewhere: there the first turn has to find its way to it.
                if (random.Next(2) == 0)
                    loops.ForEach(loop => loop.Loop.Attach());
                else
                    OnMain(main, context, () => loops.ForEach(loop => loop.Loop.Attach()));
                if (random.Next(2) == 0)
                    OnMain(main, context, () => Block(main, loops, random, depth: 1));
                foreach (var loop in loops)
                {
                    loop.Loop.Stop();
                    SpinWait.SpinUntil(() => !loop.Loop.IsRunning, Patience).ShouldBeTrue($"not stopped: {loop.State}; {context}");
                }
            }
        });
        loops.ForEach(loop => loop.Loop.Attach());
        ShouldFallQuiet(loops, context);
        loops.ForEach(loop => loop.StopAndClose(context));
    });

    /// <summary>Blocks the main thread until a callback of some loop has run, which may block it again.</summary>
    private static void Block(MainThread main, List<AccountedLoop<JoinableTaskIOLoop>> loops, Random random, int depth)
    {
        var loop = loops[random.Next(loops.Count)];
        main.Context.Factory.Run(async () =>
        {
            using (loop.Loop.Join())
            {
                var ran = new TaskCompletionSource();
                loop.RunInTurn(() =>
                {
                    if (depth > 1)
                        Block(main, loops, random, depth - 1);
                    ran.SetResult();
                });
                await ran.Task;
            }
        });
    }

    private static void OnMain(MainThread main, string context, Action body)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        main.SynchronizationContext.Post(
            _ =>
            {
                body();
                done.SetResult();
            },
            null);
        done.Task.Wait(Patience).ShouldBeTrue($"the main thread is stuck; {context}");
    }

    private static void ShouldFallQuiet(List<AccountedLoop<JoinableTaskIOLoop>> loops, string context) =>
        SpinWait.SpinUntil(() => loops.TrueForAll(loop => loop.IsQuiet), Patience)
            .ShouldBeTrue($"a wake-up was lost: {string.Join("; ", loops.Select(loop => loop.State))}; {context}");

    /// <summary>Runs something while other threads post and write.</summary>
    private static void Disturbed(List<AccountedLoop<JoinableTaskIOLoop>> loops, Random random, Action body)
    {
        bool over = false;
        var bodies = Enumerable.Repeat<Action<Random>>(own => loops[own.Next(loops.Count)].Post(own), Posters).ToList();
        bodies.Add(own => loops[own.Next(loops.Count)].Write());
        var threads = bodies.ConvertAll(disturb =>
        {
            var own = new Random(random.Next());
            return OtherThread.Start(() =>
            {
                while (!Volatile.Read(ref over))
                {
                    disturb(own);
                    Thread.SpinWait(own.Next(2000)); // lets loops fall asleep
                }
            });
        });
        try
        {
            body();
        }
        finally
        {
            Volatile.Write(ref over, true);
            threads.ForEach(thread => thread.Join());
        }
    }

    private void Rounds(Action<MainThread, List<AccountedLoop<JoinableTaskIOLoop>>, Random, string> round)
    {
        var random = new Random(_seed);
        var clock = Stopwatch.StartNew();
        for (int i = 0; i == 0 || clock.Elapsed < Span; i++)
        {
            using var main = new MainThread();
            var loops = Enumerable.Range(0, Loops).Select(_ =>
                new AccountedLoop<JoinableTaskIOLoop>(options => new JoinableTaskIOLoop(main.Context.Factory, options))).ToList();
            round(main, loops, random, $"round {i}, seed {_seed}");
            loops.ForEach(loop => loop.Dispose());
        }
    }
}
