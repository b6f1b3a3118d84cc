using System.Diagnostics;
using System.Runtime.CompilerServices;
using IOLoops.Conformance;
using IOLoops.Diagnostics;
using Shouldly;
using Xunit;

namespace IOLoops.VsThreading.Tests.Deadlocks;

/// <summary>What is reported of a main thread that a handler blocks.</summary>
public sealed class StallTests : JoinableTaskHarness
{
    [Fact]
    public void The_logged_stack_of_a_handler_that_blocks_the_main_thread_names_the_method_that_blocks()
    {
        using var installed = LoopStackCapture.Install();
        using var over = new ManualResetEventSlim();
        var counter = NewEventFd();
        Loop.SetBlockingSignalThreshold(TimeSpan.FromMilliseconds(50), blocked =>
        {
            Loop.LogStack(blocked);
            over.Set();
        });
        OnMain("a handler to be added", () => WhenReadable(counter.Number, () => BlockTheMainThread(over)));
        Signal(counter);
        over.Wait(TimeSpan.FromSeconds(60)).ShouldBeTrue("no blocked handler was reported"); // the first capture is slow
        OnMain("the handler to end", static () => { });
        string message = Log.Entries.ShouldHaveSingleItem().Message;
        string[] lines = message.Split('\n');
        lines[0].ShouldContain($"the handler of file descriptor {counter.Number}");
        lines[0].ShouldContain($"on thread {Main.Thread.ManagedThreadId}");
        lines.ShouldContain(line => line.Contains($"{nameof(StallTests)}.{nameof(BlockTheMainThread)}(", StringComparison.Ordinal), message);
        lines[^1].ShouldContain("Thread"); // down to where the thread began
    }

    [Fact]
    public void A_handler_that_runs_a_joined_task_is_not_stuck_while_turns_run_inside_it()
    {
        var threshold = TimeSpan.FromSeconds(1);
        int reports = 0;
        int nested = 0;
        Loop.SetBlockingSignalThreshold(threshold, _ => reports++);
        var counter = NewEventFd();
        Task<Thread>? read = null;
        OnMain("a handler to be added", () => read = WhenReadable(counter.Number, () => Factory.Run(async () =>
        {
            using (Loop.Join())
            {
                long from = Stopwatch.GetTimestamp();
                for (; Stopwatch.GetElapsedTime(from) < threshold * 1.5; nested++)
                    await Task.Delay(TimeSpan.FromMilliseconds(5), Loop.TimeProvider);
            }
        })));
        Signal(counter);
        Bounded.Await(read!, "the handler's end");
        nested.ShouldBeGreaterThan(1);
        reports.ShouldBe(0);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_handler_that_runs_a_joined_task_is_not_stuck_while_the_loop_is_idle(bool isWaitingForLoop)
    {
        var threshold = TimeSpan.FromMilliseconds(200);
        int reports = 0;
        Loop.SetBlockingSignalThreshold(threshold, _ => Interlocked.Increment(ref reports));
        var counter = NewEventFd();
        Task<Thread>? read = null;
        OnMain("a handler to be added", () => read = WhenReadable(counter.Number, () => Factory.Run(async () =>
        {
            using (Loop.Join())
                await Task.Delay(threshold * 5, isWaitingForLoop ? Loop.TimeProvider : TimeProvider.System);
        })));
        Signal(counter);
        Bounded.Await(read!, "the handler's end");
        Volatile.Read(ref reports).ShouldBe(0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void BlockTheMainThread(ManualResetEventSlim over) => over.WaitHandle.WaitOne();
}
