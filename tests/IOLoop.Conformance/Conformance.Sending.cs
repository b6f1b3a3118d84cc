using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary><see cref="SynchronizationContext.Send"/> while the loop does not run.</summary>
public abstract partial class LoopConformance
{
    // Row: Send
    [Fact]
    public void A_send_by_the_thread_that_is_to_run_the_loop_is_refused_while_the_loop_does_not_run()
    {
        var context = Loop.SynchronizationContext;
        bool ran = false;
        Exception? refused = null;
        OtherThread.Run(() =>
        {
            SynchronizationContext.SetSynchronizationContext(context);
            refused = Record.Exception(() => context.Send(_ => ran = true, null));
        });
        refused.ShouldBeOfType<InvalidOperationException>().Message.ShouldContain("does not run");
        RunTurns(1);
        ran.ShouldBeFalse();
    }

    // Row: Send
    [Fact]
    public void A_send_from_another_thread_waits_until_the_loop_runs()
    {
        Exception? thrown = null;
        bool ran = false;
        var context = Loop.SynchronizationContext;
        var sender = new Thread(() => thrown = Record.Exception(() => context.Send(_ =>
        {
            ran = true;
            Loop.Stop();
        }, null)))
        { IsBackground = true, Name = "Sender" };
        sender.Start();
        Bounded.Until(() => (sender.ThreadState & ThreadState.WaitSleepJoin) != 0 || !sender.IsAlive, "the sender waits");
        thrown.ShouldBeNull();
        ran.ShouldBeFalse();
        Run("what another thread sends");
        sender.Join(Patience).ShouldBeTrue("the sender resumes");
        thrown.ShouldBeNull();
        ran.ShouldBeTrue();
    }
}
