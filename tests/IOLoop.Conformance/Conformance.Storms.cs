using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>Callbacks in numbers.</summary>
public abstract partial class LoopConformance
{
    private const int MoreThanABatch = 3_000; // callbacks from signals; a turn takes fewer

    // Row: AddCallback against Close (accepted means run or reported)
    [Theory, InlineData(true), InlineData(false)]
    public void Closing_reports_every_callback_from_a_signal_that_never_ran(bool hasRun)
    {
        if (hasRun)
            RunTurns(1);
        for (int i = 0; i < MoreThanABatch; i++)
            Loop.AddCallbackFromSignal(() => Assert.Fail("it ran"));
        Loop.AddCallback(() => Assert.Fail("it ran"));
        Loop.Close();
        Log.Entries.ShouldHaveSingleItem().Counts(MoreThanABatch + 1).ShouldBeTrue(Log.Entries[0].Message);
    }

    // Row: Fairness
    [Fact]
    public void A_storm_of_callbacks_from_signals_lets_handlers_and_timeouts_run_in_between()
    {
        int ran = 0;
        int handled = 0;
        int timedOut = 0;
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => handled++, IOEvents.Read);
        void AgainAndAgain()
        {
            timedOut++;
            Loop.CallLater(TimeSpan.Zero, AgainAndAgain);
        }
        AgainAndAgain();
        for (int i = 0; i < MoreThanABatch; i++)
        {
            Loop.AddCallbackFromSignal(() =>
            {
                if (++ran == MoreThanABatch)
                    Loop.Stop();
            });
        }
        Run("a storm of callbacks from signals");
        ran.ShouldBe(MoreThanABatch);
        handled.ShouldBeGreaterThanOrEqualTo(2);
        timedOut.ShouldBeGreaterThanOrEqualTo(2);
    }
}
