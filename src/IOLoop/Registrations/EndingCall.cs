namespace IOLoops.Registrations;

/// <summary>A call of a handler that was removed while the call ran, for those who wait for its end.</summary>
internal sealed class EndingCall(int descriptor, object target)
{
    private TaskCompletionSource? _ended;

    internal int Descriptor { get; } = descriptor;

    internal object Target { get; } = target;

    /// <summary>Made on first use: most calls need none. The loop's thread.</summary>
    internal TaskCompletionSource Ended => _ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    internal void End() => _ended?.SetResult();
}
