using System.Diagnostics;
using IOLoops.Conformance;
using Microsoft.VisualStudio.Threading;
using Shouldly;
using Xunit;

namespace IOLoops.VsThreading.Tests.Deadlocks;

/// <summary>What vs-threading reports of a main thread that is blocked for a loop, and what it leaves to the loop's stall watch.</summary>
public sealed class HangDetectionTests : JoinableTaskHarness
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(300);

    [Theory, InlineData(false), InlineData(true)]
    public void A_joined_loop_that_turns_again_and_again_keeps_hang_detection_silent(bool turns)
    {
        var context = new HangContext(Main.Thread, Main.SynchronizationContext);
        var factory = new QuickFactory(context);
        var loop = Attached(NewLoop(factory));
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long began = Stopwatch.GetTimestamp();
        void Next()
        {
            if (Stopwatch.GetElapsedTime(began) < Timeout * 4)
                loop.AddCallback(Next);
            else
                over.SetResult();
        }
        OnMain("a blocked main thread", () => factory.Run(async () =>
        {
            using (loop.Join())
            {
                if (turns)
                    loop.AddCallback(Next);
                await (turns ? over.Task : context.Detected);
            }
        }));
        context.Detected.IsCompleted.ShouldBe(!turns);
    }

    [Fact]
    public void The_stall_watch_reports_a_callback_that_blocks_the_main_thread_in_a_joined_Run_where_hang_detection_does_not()
    {
        var context = new HangContext(Main.Thread, Main.SynchronizationContext);
        var factory = new QuickFactory(context);
        var loop = Attached(NewLoop(factory));
        using var reported = new ManualResetEventSlim();
        loop.SetBlockingSignalThreshold(Timeout * 2, _ => reported.Set()); // SetBlockingLogThreshold is this with a log entry
        bool isReported = false;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        OnMain("a blocked main thread", () => factory.Run(async () =>
        {
            using (loop.Join())
            {
                loop.AddCallback(() =>
                {
                    isReported = reported.Wait(Patience / 2);
                    ended.SetResult();
                });
                await ended.Task;
            }
        }));
        isReported.ShouldBeTrue();
        context.Detected.IsCompleted.ShouldBeFalse();
    }

    private sealed class HangContext(Thread mainThread, SynchronizationContext context) : JoinableTaskContext(mainThread, context)
    {
        private readonly TaskCompletionSource _detected = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task Detected => _detected.Task;

        protected override void OnHangDetected(TimeSpan hangDuration, int notificationCount, Guid hangId) => _detected.TrySetResult();
    }

    private sealed class QuickFactory : JoinableTaskFactory
    {
        internal QuickFactory(JoinableTaskContext context)
            : base(context)
        {
            HangDetectionTimeout = Timeout;
        }
    }
}
