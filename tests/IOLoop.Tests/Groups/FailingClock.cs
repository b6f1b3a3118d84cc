using IOLoops.Conformance;

namespace IOLoops.Tests.Groups;

/// <summary>A clock that fails once, and takes the loop's run with it.</summary>
internal sealed class FailingClock : TimeProvider
{
    private int _fails;

    internal void FailNext() => Volatile.Write(ref _fails, 1);

    public override long GetTimestamp() =>
        Interlocked.Exchange(ref _fails, 0) == 1 ? throw new TestException("no clock") : base.GetTimestamp();
}
