using Shouldly;

namespace IOLoops.Tests.Groups;

/// <summary>A loop that, when it is stopped, is stopped again as soon as its run has ended.</summary>
internal sealed class LateStopLoop(PollIOLoopOptions options, TimeSpan patience) : PollIOLoop(options)
{
    internal bool IsLate { get; set; }

    public override void Stop()
    {
        base.Stop();
        if (!IsLate)
            return;
        SpinWait.SpinUntil(() => !IsRunning, patience).ShouldBeTrue();
        base.Stop();
    }
}
