namespace IOLoops.Tests.Hosting;

/// <summary>A host whose context stays current inside callbacks.</summary>
internal sealed class KeepingHost(SynchronizationContext context) : ILoopHost
{
    public bool KeepsSynchronizationContext => true;

    public void Post(Action turn) => context.Post(static turn => ((Action)turn!)(), turn);
}
