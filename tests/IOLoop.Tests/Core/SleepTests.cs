using IOLoops.Conformance;
using IOLoops.Polling;
using IOLoops.Tests.Contract;
using IOLoops.Timeouts;
using IOLoops.Turns;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

/// <summary>Going to sleep between the turns of a hosted loop, and what another thread asks for just before and after.</summary>
public sealed class SleepTests : IDisposable
{
    private readonly ListLoop _loop = new();
    private readonly LoopCore _core;
    private readonly HostedTurns _turns;
    private int _wakes;

    public SleepTests()
    {
        var poller = PollerFactory.Create(PollerKind.Default, WakerKind.Default);
        _core = new LoopCore(_loop, poller, new LoopClock.System(), () => _wakes++, new IOLoopOptions(), static () => false);
        _turns = new HostedTurns(_core);
        _turns.Attach(); // awake: its first turn is about to come
    }

    public static TheoryData<string> Reasons => ["a stop", "a removal"];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void What_was_asked_for_before_the_sleep_keeps_the_loop_from_sleeping(string reason)
    {
        Ask(reason);
        _wakes.ShouldBe(0, "a loop that is awake needs no wake");
        _turns.TrySleep().ShouldBeFalse();
        Ask(reason);
        _wakes.ShouldBe(0, "the caller of TrySleep makes the turn happen");
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public void What_is_asked_for_after_the_sleep_has_begun_wakes_the_loop_once(string reason)
    {
        _turns.TrySleep().ShouldBeTrue();
        Ask(reason);
        Ask(reason);
        _wakes.ShouldBe(1);
    }

    public void Dispose()
    {
        _turns.Detach();
        _core.Close(allFds: false, static () => { });
        _loop.Dispose();
    }

    private void Ask(string reason) => OtherThread.Run(() =>
    {
        if (reason == "a stop")
            _core.Stop();
        else
            _ = _core.Registrar.RemoveHandlerAsync(1).AsTask();
    });
}
