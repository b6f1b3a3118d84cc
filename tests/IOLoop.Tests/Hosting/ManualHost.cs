namespace IOLoops.Tests.Hosting;

/// <summary>A host that runs what is posted when a test says so, and has no other work unless it is said to.</summary>
internal class ManualHost : IYieldingHost
{
    private readonly Queue<Action> _posted = [];

    /// <summary>How often it was asked whether other work waits.</summary>
    internal int Questions { get; private set; }

    /// <summary>What it answers.</summary>
    internal bool IsBusy { get; set; }

    /// <summary>What it throws instead of answering.</summary>
    internal Exception? Failure { get; set; }

    /// <summary>How many turns wait.</summary>
    internal int Waiting
    {
        get
        {
            lock (_posted)
                return _posted.Count;
        }
    }

    public bool HasOtherWork
    {
        get
        {
            Questions++;
            return Failure is null ? IsBusy : throw Failure;
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

    internal void RunOne() => TryTake()!();

    private Action? TryTake()
    {
        lock (_posted)
            return _posted.TryDequeue(out var turn) ? turn : null;
    }
}
