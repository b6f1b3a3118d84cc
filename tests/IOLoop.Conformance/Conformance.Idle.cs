using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>A loop that has nothing to do runs no turns.</summary>
public abstract partial class LoopConformance
{
    private const int Looks = 8;
    private const int TurnsPerLook = 4; // a callback costs one, and one more where turns may nest

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    // Row: Idle; WaitAsync (a reader and a writer may wait on one descriptor)
    [Fact]
    public void The_events_of_a_wait_that_has_ended_do_not_keep_the_loop_awake_while_another_one_waits()
    {
        UseMeteredLoop();
        var sockets = NewSocketPair();
        InLoop("a reader, after a writer", async () =>
        {
            var reader = Loop.WaitAsync(sockets.Left, IOEvents.Read).AsTask();
            await Loop.WaitAsync(sockets.Left, IOEvents.Write);
            await RunsNoTurns();
            Descriptors.Write(sockets.Right);
            await Within(reader);
        });
    }

    [Fact]
    public void The_events_of_a_cancelled_wait_do_not_keep_the_loop_awake_while_another_one_waits()
    {
        UseMeteredLoop();
        var sockets = NewSocketPair();
        using var cancellation = new CancellationTokenSource();
        InLoop("a writer, after a cancelled reader", async () =>
        {
            Descriptors.Fill(sockets.Left);
            var writer = Loop.WaitAsync(sockets.Left, IOEvents.Write).AsTask();
            var reader = Loop.WaitAsync(sockets.Left, IOEvents.Read, cancellation.Token).AsTask();
            await Turns(2);
            await cancellation.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(Within(reader));
            Descriptors.Write(sockets.Right);
            await RunsNoTurns();
            writer.IsCompleted.ShouldBeFalse();
        });
    }

    [Fact]
    public void Events_that_are_no_longer_asked_for_do_not_keep_the_loop_awake()
    {
        UseMeteredLoop();
        var sockets = NewSocketPair();
        InLoop("a handler of fewer events", async () =>
        {
            Loop.AddHandler(sockets.Left, (_, _) => { }, IOEvents.Read | IOEvents.Write);
            await Turns(2);
            Loop.UpdateHandler(sockets.Left, IOEvents.Read);
            await RunsNoTurns();
        });
    }

    [Fact]
    public void A_regular_file_does_not_keep_the_loop_awake_when_nobody_asks_for_its_events_any_more()
    {
        UseMeteredLoop();
        int waited = OpenTemporaryFile(), handled = OpenTemporaryFile();
        InLoop("regular files that no handler asks about", async () =>
        {
            Loop.AddHandler(handled, (_, _) => { }, IOEvents.Read);
            var other = Loop.WaitAsync(waited, IOEvents.Priority).AsTask();
            await Loop.WaitAsync(waited, IOEvents.Read);
            Loop.UpdateHandler(handled, IOEvents.None);
            await RunsNoTurns();
            other.IsCompleted.ShouldBeFalse();
        });
    }

    [Fact]
    public void A_regular_file_does_not_keep_the_loop_awake_while_the_task_of_its_handler_has_not_ended()
    {
        UseMeteredLoop();
        var gate = new TaskCompletionSource();
        int calls = 0;
        Loop.AddHandler(OpenTemporaryFile(), async (_, _) =>
        {
            calls++;
            await gate.Task;
        }, IOEvents.Read);
        InLoop("a handler that is under way", async () =>
        {
            await Turns(2);
            await RunsNoTurns();
            calls.ShouldBe(1);
            gate.SetResult();
        });
    }

    // Row: A dup keeps a closed fd's description alive (the loop does not spin)
    [Fact]
    public void A_ghost_leaves_a_descriptor_silent_whose_handler_s_task_has_not_ended()
    {
        UseMeteredLoop();
        var gate = new TaskCompletionSource();
        int calls = 0;
        Loop.AddHandler(NewEventFd(signalled: true).Number, async (_, _) =>
        {
            calls++;
            await gate.Task;
        }, IOEvents.Read);
        RunTurns(3); // reported again, it is suspended
        HauntLoop();
        InLoop("a handler that is under way", async () =>
        {
            await Turns(3);
            await RunsNoTurns();
            calls.ShouldBe(1);
            gate.SetResult();
            await Turns(5);
            calls.ShouldBeGreaterThan(1);
        });
    }

    /// <summary>Fails when the metered loop runs turns while another thread does nothing but send it a callback now and then.</summary>
    private Task RunsNoTurns()
    {
        SkipUnless(!Fixture.UsesVirtualTime, "in virtual time a loop runs a turn every millisecond");
        return Task.Run(async () =>
        {
            using var measurements = new LoopMeasurements(_metered, "ioloop.turns");
            double first = 0, last = 0;
            for (int look = -2; look <= Looks; look++)
            {
                // Without the callback, a loop that spins could pass for a quiet one while its thread gets no processor time.
                await Task.Delay(Pause);
                var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Loop.AddCallback(called.SetResult);
                await Within(called.Task);
                last = measurements.Collect("ioloop.turns").ShouldNotBeNull();
                if (look <= 0)
                    first = last; // what was on its way is over
            }
            (last - first).ShouldBeLessThanOrEqualTo(Looks * TurnsPerLook, "turns of a loop that has nothing to do");
        });
    }
}
