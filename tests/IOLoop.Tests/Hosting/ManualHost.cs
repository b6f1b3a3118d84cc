namespace IOLoops.Tests.Hosting;

/// <summary>A host that runs what is posted when a test says so, and has no other work.</summary>
internal sealed class ManualHost : IYieldingHost
{
    private readonly Queue<Action> _posted = [];

    /// <summary>How often it was asked whether other work waits.</summary>
    internal int Questions { get; private set; }

    public bool HasOtherWork
    {
        get
        {
            Questions++;
            return false;
        }
    }

    public void Post(Action turn)
    {
        lock (_posted)
            _posted.Enqueue(turn);
    }

    public void PostBehind(Action turn) => Post(turn);

    /// <summary>Until nothing is posted.</summary>
    internal void RunPosted()
    {
        while (TryTake() is { } turn)
            turn();
    }

    private Action? TryTake()
    {
        lock (_posted)
            return _posted.TryDequeue(out var turn) ? turn : null;
    }
}
