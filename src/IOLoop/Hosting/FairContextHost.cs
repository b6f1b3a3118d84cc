namespace IOLoops.Hosting;

/// <summary>A context that runs everything in order: other work never waits behind turns without end.</summary>
internal sealed class FairContextHost : SynchronizationContextHost, IYieldingHost
{
    internal FairContextHost(SynchronizationContext context)
        : base(context)
    {
    }

    public bool HasOtherWork => false;

    public void PostBehind(Action turn) => Post(turn);
}
