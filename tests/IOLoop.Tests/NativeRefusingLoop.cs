namespace IOLoops.Tests;

/// <summary>A loop that another thread runs at the very moment when it is closed first, and no longer when the refusal is seen.</summary>
public sealed class NativeRefusingLoop(PollIOLoopOptions options) : PollIOLoop(options)
{
    private bool _hasRefused;

    public override void Close(bool allFds = false)
    {
        if (!_hasRefused)
        {
            _hasRefused = true;
            throw new InvalidOperationException("The loop is running.");
        }
        base.Close(allFds);
    }
}
