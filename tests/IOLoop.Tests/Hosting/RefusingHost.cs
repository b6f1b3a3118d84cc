namespace IOLoops.Tests.Hosting;

/// <summary>A host that refuses posts, or forgets them, while it is told to. What it has of turns otherwise runs on.</summary>
internal sealed class RefusingHost(StrictHost host) : ILoopHost
{
    internal volatile bool Refuses;
    internal volatile bool Forgets;

    public bool IsOnHostThread => host.IsOnHostThread;

    public bool MayNest => host.MayNest;

    public void Post(Action turn)
    {
        if (Refuses)
            throw new InvalidOperationException("refused");
        if (!Forgets)
            host.Post(turn);
    }

    public bool TryPump(Task until) => host.TryPump(until);
}
