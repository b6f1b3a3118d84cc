using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class SchedulerTests
{
    private const string Here = "IOLoops.Rx.Tests.SchedulerTests";

    [Theory]
    [InlineData("soon")]
    [InlineData("timed")]
    [InlineData("periodic")]
    public void What_another_thread_cancelled_just_before_the_loop_stopped_is_not_reported(string kind)
    {
        var item = Schedule(kind);
        if (kind != "soon")
            RunTurns(2);
        CancelAndStop(item);
        Loop.Close();
        Log.Entries.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("timed")]
    [InlineData("periodic")]
    public void What_another_thread_scheduled_and_cancelled_just_before_the_loop_stopped_is_not_reported(string kind)
    {
        InLoop(() => OtherThread.Run(() => Schedule(kind).Dispose()));
        Loop.Close();
        Log.Entries.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("timed")]
    [InlineData("periodic")]
    public void What_was_scheduled_by_another_thread_and_never_ran_is_counted_and_named_by_the_delegate_given(string kind)
    {
        InLoop(() => OtherThread.Run(() =>
        {
            Local.Value = "some context";
            Schedule(kind);
        }));
        Loop.Close();
        Log.Entries.ShouldHaveSingleItem().Message.ShouldEndWith($": The loop is closed: 1 callback never ran. It was {Here}.{(kind == "periodic" ? "OnTick" : "OnItem")}.");
    }

    [Fact]
    public void Items_are_named_by_the_delegates_that_were_given_to_Rx_s_own_methods()
    {
        (string Name, Action Schedule)[] ways =
        [
            ("action", () => Scheduler.Schedule(OnItem)),
            ("function with state", () => Scheduler.Schedule(this, OnItem)),
        ];
        foreach (var (name, schedule) in ways)
        {
            UseLoop(NewLoop());
            schedule();
            Loop.Close();
            Log.Entries[^1].Message.ShouldEndWith($" It was {Here}.OnItem.", customMessage: name);
        }
    }

    private IDisposable Schedule(string kind) => kind switch
    {
        "soon" => Scheduler.Schedule(this, OnItem),
        "timed" => Scheduler.Schedule(this, Hour, OnItem),
        _ => Scheduler.SchedulePeriodic(this, Hour, OnTick),
    };

    /// <summary>The cancellation is the last thing that comes in before the end of the run.</summary>
    private void CancelAndStop(IDisposable item)
    {
        Loop.AddCallback(Loop.Stop);
        Loop.AddCallback(() => OtherThread.Run(item.Dispose));
        Run("a cancellation");
    }

    private static void OnItem()
    {
    }

    private static void OnItem(SchedulerTests state)
    {
    }

    private static IDisposable OnItem(IScheduler scheduler, SchedulerTests state) => Disposable.Empty;

    private static SchedulerTests OnTick(SchedulerTests state) => state;
}
