namespace IOLoops.Tests;

/// <summary>The system's clock with a wall clock that a test sets.</summary>
public sealed class NativeJumpingClock : TimeProvider
{
    private TimeSpan _offset;

    public void Jump(TimeSpan by) => _offset += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _offset;
}
