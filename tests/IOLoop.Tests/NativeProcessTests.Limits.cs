using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests;

public abstract partial class NativeProcessTests
{
    // Row: Limits
    [Fact]
    public void Nineteen_thousand_descriptors_can_be_registered_and_are_all_served()
    {
        const int Many = 19_000;
        SkipUnless(Descriptors.Maximum > Many + 500, $"this process may have {Descriptors.Maximum} descriptors");
        var counters = new NativeEventFds();
        try
        {
            counters.Open(Many).ShouldBe(Many);
            int[] calls = new int[Descriptors.Maximum];
            int left = Many;
            foreach (int fd in counters.Numbers)
            {
                Loop.AddHandler(fd, (ready, _) =>
                {
                    calls[ready.Number]++;
                    Loop.RemoveHandler(ready);
                    if (--left == 0)
                        Loop.Stop();
                }, IOEvents.Read);
            }
            RunTurns(1);
            left.ShouldBe(Many);
            foreach (int fd in counters.Numbers)
                NativeEventFds.Signal(fd);
            Run("19,000 calls");
            counters.Numbers.ShouldAllBe(fd => calls[fd] == 1);
            RunTurns(1);
        }
        finally
        {
            Loop.Close();
            counters.Dispose();
        }
    }

    [Fact]
    public void A_process_without_descriptors_left_is_told_so_by_the_constructor()
    {
        SkipUnless(Descriptors.Maximum <= 100_000, "it would take too long to use up all descriptors");
        int calls = 0;
        Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => calls++, IOEvents.Read);
        RunTurns(1);
        Should.Throw<PlatformNotSupportedException>(() => new PollIOLoop(new PollIOLoopOptions { Poller = PollerKind.Kqueue }));
        IOException? refused = null;
        int open, openAfter, ran;
        using (var counters = new NativeEventFds())
        {
            counters.Open(Descriptors.Maximum);
            open = counters.CountFree();
            try
            {
                Fixture.Create().Close();
            }
            catch (IOException exception)
            {
                refused = exception;
            }
            openAfter = counters.CountFree();
            ran = ((PollIOLoop)Loop).RunOnce(TimeSpan.Zero);
        }
        // Not before: an assertion that is the first of its process loads assemblies, for which no descriptor was left.
        ran.ShouldBe(1);
        if (((NativeFixture)Fixture).NeedsDescriptors)
            refused.ShouldNotBeNull().Message.ShouldContain("EMFILE");
        openAfter.ShouldBe(open);
        calls.ShouldBe(2);
        Fixture.Create().Close();
    }
}
