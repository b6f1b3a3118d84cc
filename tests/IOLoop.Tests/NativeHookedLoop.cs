namespace IOLoops.Tests;

/// <summary>A loop whose hook keeps what failed and then throws itself.</summary>
public sealed class NativeHookedLoop(PollIOLoopOptions options) : PollIOLoop(options)
{
    public List<Exception> Failures { get; } = [];

    public void RunHere(Delegate callback) => RunCallback(callback);

    public override void HandleCallbackException(Delegate callback, Exception exception)
    {
        Failures.Add(exception);
        throw new InvalidTimeZoneException("thrown by the hook");
    }
}
