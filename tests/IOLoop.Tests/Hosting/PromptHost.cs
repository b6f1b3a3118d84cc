using IOLoops.Hosting;

namespace IOLoops.Tests.Hosting;

/// <summary>A host that is asked after each turn and sees no other work.</summary>
internal sealed class PromptHost(YieldingHost inner, bool seesAll) : IPromptHost, IHostThread
{
    private int _behind;

    internal int Behind => Volatile.Read(ref _behind);

    public TimeSpan SuitedBudget => TimeSpan.Zero;

    public bool SeesAll => seesAll;

    public bool HasOtherWork => !inner.HasOtherWork; // which counts

    public bool IsOnHostThread => inner.IsOnHostThread;

    public void Post(Action turn) => inner.Post(turn);

    public void PostBehind(Action turn)
    {
        Interlocked.Increment(ref _behind);
        inner.Post(turn);
    }
}
