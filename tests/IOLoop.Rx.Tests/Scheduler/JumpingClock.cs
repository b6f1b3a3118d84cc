using Microsoft.Extensions.Time.Testing;

namespace IOLoops.Rx.Tests;

/// <summary>A virtual clock whose wall clock can be set without time going by.</summary>
internal sealed class JumpingClock : FakeTimeProvider
{
    internal TimeSpan Jump { get; set; }

    // The base class would take this from the wall clock, too.
    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Jump;
}
