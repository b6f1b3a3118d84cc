using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    [Fact]
    public void Work_items_run_in_order_with_callbacks_from_every_thread()
    {
        var ran = new List<int>();
        Loop.AddWorkItem(new Item(() => ran.Add(0)));
        Loop.AddCallback(() => ran.Add(1));
        OtherThread.Run(() => Loop.AddWorkItem(new Item(() => ran.Add(2))));
        Loop.AddCallback(ran.Add, 3);
        Loop.AddWorkItem(new Item(() =>
        {
            ran.Add(4);
            Loop.AddWorkItem(new Item(() => ran.Add(6)));
            Loop.AddCallback(() => ran.Add(7));
        }));
        Loop.AddCallback(() => ran.Add(5));
        RunTurns(2);
        ran.ShouldBe([0, 1, 2, 3, 4, 5, 6, 7]);
    }

    [Fact]
    public void A_work_item_runs_in_the_context_of_those_who_added_it_and_leaves_none_behind()
    {
        var seen = new List<string?>();
        Loop.AddWorkItem(new Item(() =>
        {
            seen.Add(Local.Value);
            Local.Value = "leak";
        }));
        Local.Value = "adder";
        Loop.AddWorkItem(new Item(() => seen.Add(Local.Value)));
        Local.Value = null;
        Loop.AddWorkItem(new Item(() => seen.Add(Local.Value)));
        RunTurns(1);
        seen.ShouldBe([null, "adder", null]);
    }

    [Fact]
    public void A_work_item_that_fails_is_reported_and_the_turn_goes_on()
    {
        bool after = false;
        Failures.Expected = true;
        Loop.AddWorkItem(new Item(() => throw new TestException()));
        Loop.AddWorkItem(new Item(() => after = true));
        RunTurns(1);
        after.ShouldBeTrue();
        Failures.All.ShouldHaveSingleItem();
    }

    [Fact]
    public void Work_items_allocate_nothing()
    {
        var item = new MeasuringItem(Loop, Meter);
        Loop.AddWorkItem(item);
        MeasureToStop("work items");
    }

    [Fact]
    public void A_closed_loop_takes_no_work_items_and_reports_those_that_never_ran()
    {
        Should.Throw<ArgumentNullException>(() => Loop.AddWorkItem(null!));
        Loop.AddWorkItem(new Item(() => { }));
        Loop.AddCallback(() => { });
        Loop.Close();
        Log.Entries.Count(entry => entry.Counts(2)).ShouldBe(1);
        Should.Throw<ObjectDisposedException>(() => Loop.AddWorkItem(new Item(() => { })));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void Work_that_was_cancelled_is_not_reported_and_other_work_by_the_delegate_that_it_was_made_for(bool isCancelled, int entries)
    {
        Loop.AddWorkItem(new CancellableItem(() => isCancelled));
        Local.Value = "some context";
        Loop.AddWorkItem(new CancellableItem(() => true));
        Loop.Close();
        Log.Entries.Count.ShouldBe(entries);
        Log.Entries.ShouldAllBe(entry => entry.Message.EndsWith($" 1 callback never ran. It was {typeof(LoopConformance).FullName}.MadeFor."));
    }

    [Fact]
    public void Work_that_throws_when_it_is_asked_whether_it_was_cancelled_does_not_keep_the_loop_open()
    {
        Loop.AddWorkItem(new CancellableItem(() => throw new TestException()));
        Loop.Close();
        Loop.IsClosed.ShouldBeTrue();
        Log.Entries.ShouldHaveSingleItem().Counts(1).ShouldBeTrue();
    }

    private static void MadeFor()
    {
    }

    private sealed class CancellableItem(Func<bool> isCancelled) : ILoopWorkItem
    {
        public Delegate Callback => MadeFor;

        public bool IsCancelled => isCancelled();

        public void Execute()
        {
        }
    }

    private sealed class Item(Action execute) : IThreadPoolWorkItem
    {
        public void Execute() => execute();
    }

    private sealed class MeasuringItem(IOLoop loop, AllocationMeter meter) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            if (meter.IsDone())
                loop.Stop();
            else
                loop.AddWorkItem(this);
        }
    }
}
