using IOLoops.Sources;

namespace IOLoops.Rx;

/// <summary>The end of a child process.</summary>
internal sealed class ExitSequence(ChildProcess child) : LoopSequence<ExitStatus>(child.Loop)
{
    protected override IDisposable? Begin(IObserver<ExitStatus> observer)
    {
        var subscription = new ExitSubscription(child, observer);
        return child.Loop.TryAddCallback(static subscription => subscription.Begin(), subscription) ? subscription : null;
    }
}
