namespace IOLoops.Tests.Hosting;

/// <summary>Another context of the same thread, as a dispatcher has one for each priority.</summary>
internal sealed class RelayingContext(SynchronizationContext inner) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => inner.Post(d, state);

    public override SynchronizationContext CreateCopy() => this;
}
