using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>The static Attach of the loops over a SynchronizationContext.</summary>
public sealed class AttachTests : IDisposable
{
    private readonly QueueContext _context = new();

    [Fact]
    public void Attach_makes_a_loop_that_runs_with_the_options_given()
    {
        var loop = SynchronizationContextIOLoop.Attach(_context, new HostedIOLoopOptions { Name = "ui", Poller = PollerKind.Poll });
        loop.Name.ShouldBe("ui");
        loop.Poller.ShouldBe(PollerKind.Poll);
        StopAndClose(loop);
    }

    [Fact]
    public void Attach_without_options_takes_the_defaults()
    {
        var loop = SynchronizationContextIOLoop.Attach(_context);
        loop.Name.ShouldBe(nameof(SynchronizationContextIOLoop));
        StopAndClose(loop);
    }

    public void Dispose() => _context.Dispose();

    private static void StopAndClose(HostedIOLoop loop)
    {
        loop.IsRunning.ShouldBeTrue();
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
        loop.Stop();
        Bounded.Until(() => !loop.IsRunning, "the loop has stopped");
        loop.Close();
    }
}
