namespace IOLoops.Tests.Hosting;

/// <summary>A context that runs each post on a thread that ends with it, where it is current.</summary>
internal sealed class ThreadPerPostContext : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => new Thread(() =>
    {
        SetSynchronizationContext(this);
        d(state);
    })
    { IsBackground = true }.Start();

    public override SynchronizationContext CreateCopy() => this;
}
