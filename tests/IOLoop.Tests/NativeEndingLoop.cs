namespace IOLoops.Tests;

/// <summary>A loop that does something at the very moment when its run is seen to have ended.</summary>
public sealed class NativeEndingLoop(PollIOLoopOptions options) : PollIOLoop(options)
{
    public Action? WhenEnded { get; set; }

    internal override void SetRunning(bool running)
    {
        base.SetRunning(running);
        if (!running)
            WhenEnded?.Invoke();
    }
}
