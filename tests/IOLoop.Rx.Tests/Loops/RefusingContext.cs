namespace IOLoops.Rx.Tests.Loops;

/// <summary>Takes posts and runs none, until a test makes it refuse them.</summary>
internal sealed class RefusingContext : SynchronizationContext
{
    internal volatile Exception? Refusal;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Refusal is { } refusal)
            throw refusal;
    }

    public override SynchronizationContext CreateCopy() => this;
}
