namespace IOLoops.Tests;

/// <summary>A loop that prepares the thread that runs it.</summary>
public sealed class NativePreparingLoop(PollIOLoopOptions options) : PollIOLoop(options)
{
    public int PreparedThread { get; private set; }

    public Action? Prepare { get; set; }

    public override void Start()
    {
        PreparedThread = Environment.CurrentManagedThreadId;
        Prepare?.Invoke();
        base.Start();
    }
}
