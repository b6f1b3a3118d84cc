using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    private static readonly Action<string> Nothing = static _ => { };
    private static readonly IOHandler NoHandler = static (_, _) => { };
    private static readonly Action<LoopConformance> PostAgain = static test =>
    {
        if (test.Meter.IsDone())
            test.Loop.Stop();
        else
            test.Loop.AddCallback(PostAgain!, test);
    };

    private static readonly Action<LoopConformance> SpawnAgain = static test =>
    {
        if (test.Meter.IsDone())
            test.Loop.Stop();
        else
            test.Loop.SpawnCallback(SpawnAgain!, test);
    };

    private static readonly Action<Measured> PostValueAgain = static state =>
    {
        if (state.Test.Meter.IsDone())
            state.Test.Loop.Stop();
        else
            state.Test.Loop.AddCallback(PostValueAgain!, state with { Count = state.Count + 1 });
    };

    private static readonly Action<LoopConformance> TimeoutAgain = static test =>
    {
        if (test.Meter.IsDone())
            test.Loop.Stop();
        else
            test.Loop.CallLater(TimeSpan.Zero, TimeoutAgain!, test);
    };

    private AllocationMeter? _meterInUse;

    // Made when first asked for: finding out what a host's post costs takes a while.
    private AllocationMeter Meter => _meterInUse ??= new AllocationMeter(Fixture.BytesPerTurn * AllocationMeter.Batch);

    // Row: Memory (a steady state allocates nothing)
    [Fact]
    public void Dispatching_to_handlers_allocates_nothing()
    {
        for (int i = 0; i < 3; i++)
        {
            Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) =>
            {
                if (Meter.IsDone())
                    Loop.Stop();
            }, IOEvents.Read);
        }
        MeasureToStop("calls of handlers");
    }

    [Fact]
    public void Dispatching_to_handlers_that_return_an_ended_task_allocates_nothing()
    {
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) =>
        {
            if (Meter.IsDone())
                Loop.Stop();
            return Task.CompletedTask;
        }, IOEvents.Read);
        MeasureToStop("calls of asynchronous handlers");
    }

    [Fact]
    public void Callbacks_with_a_reference_as_state_allocate_nothing()
    {
        Loop.AddCallback(PostAgain, this);
        MeasureToStop("callbacks");
    }

    [Fact]
    public void Spawned_callbacks_with_a_reference_as_state_allocate_nothing()
    {
        Loop.SpawnCallback(SpawnAgain, this);
        MeasureToStop("spawned callbacks");
    }

    [Fact]
    public void Callbacks_with_a_value_as_state_allocate_nothing()
    {
        Loop.AddCallback(PostValueAgain, new Measured(this, 0));
        MeasureToStop("callbacks");
    }

    [Fact]
    public void Timeouts_allocate_nothing()
    {
        Loop.CallLater(TimeSpan.Zero, TimeoutAgain, this);
        MeasureToStop("timeouts");
    }

    [Fact]
    public void Adding_and_removing_timeouts_allocates_nothing()
    {
        // Some stay, so that the queue has something to keep in order.
        for (int i = 0; i < 100; i++)
            Loop.CallLater(Hour * i, Nothing, "state");
        MeasureInOneCallback(() => Loop.RemoveTimeout(Loop.CallLater(Hour, Nothing, "state")));
    }

    [Fact]
    public void Adding_and_removing_timeouts_with_a_value_as_state_allocates_nothing() =>
        MeasureInOneCallback(() => Loop.RemoveTimeout(Loop.CallLater(Hour, static (Measured _) => { }, new Measured(this, 0))));

    [Fact]
    public void Adding_and_removing_handlers_allocates_nothing()
    {
        int fd = NewEventFd(signalled: true).Number;
        MeasureInOneCallback(() =>
        {
            Loop.AddHandler(fd, NoHandler, IOEvents.Read);
            Loop.RemoveHandler(fd);
        });
    }

    [Fact]
    public void Updating_handlers_allocates_nothing()
    {
        int fd = NewEventFd(signalled: true).Number;
        Loop.AddHandler(fd, NoHandler, IOEvents.None);
        MeasureInOneCallback(() =>
        {
            Loop.UpdateHandler(fd, IOEvents.Read);
            Loop.UpdateHandler(fd, IOEvents.None);
        });
    }

    private void MeasureInOneCallback(Action operation)
    {
        InLoop(() =>
        {
            while (!Meter.IsDone())
                operation();
        });
        Meter.Best.ShouldBe(0);
    }

    private void MeasureToStop(string awaited)
    {
        SkipUnless(Fixture.HasOwnThread, "its turns run on changing threads");
        Run($"{awaited} without allocations");
        Meter.Best.ShouldBeLessThanOrEqualTo(Fixture.BytesPerTurn * AllocationMeter.Batch); // one turn per operation, at most
    }

    private readonly record struct Measured(LoopConformance Test, int Count);
}
