using IOLoops.Conformance;
using IOLoops.Hosting;

namespace IOLoops.Tests.Hosting;

/// <summary>Runs at once what its own thread posts, and keeps threads of the pool that post a turn waiting.</summary>
internal sealed class HoldingInlineHost() : StrictHost(isPumpable: false)
{
    private readonly ManualResetEventSlim _mayPost = new(true);
    private int _posts;

    /// <summary>How many turns threads of the pool have posted, or are posting.</summary>
    internal int Posts => Volatile.Read(ref _posts);

    /// <summary>Set when a thread of the pool waits.</summary>
    internal ManualResetEventSlim IsHolding { get; } = new();

    /// <summary>How many questions of a loop have been answered.</summary>
    internal SemaphoreSlim Answered { get; } = new(0);

    public override void Post(Action turn)
    {
        if (IsOnHostThread)
        {
            turn();
            return;
        }
        if (TurnLink.IsProbe(turn))
        {
            base.Post(turn);
            PostOwn(() => Answered.Release());
            return;
        }
        Interlocked.Increment(ref _posts);
        if (!_mayPost.IsSet)
        {
            IsHolding.Set();
            Bounded.Await(_mayPost, "the test, which lets a turn be posted");
        }
        base.Post(turn);
    }

    internal void Hold() => _mayPost.Reset();

    internal void LetGo() => _mayPost.Set();

    protected override void Dispose(bool disposing)
    {
        LetGo();
        base.Dispose(disposing);
        _mayPost.Dispose();
        IsHolding.Dispose();
        Answered.Dispose();
    }
}
